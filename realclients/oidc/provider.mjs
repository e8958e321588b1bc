// An OpenID provider on the loopback for the tests of web/oidc: the certified
// oidc-provider with its development forms, where any login and password do.
//
//	node provider.mjs FOLDER REDIRECT_URI
//
// FOLDER is where node_modules are; the client's secret comes in CLIENT_SECRET.
// It prints its issuer when it listens, and ends when its standard input does.
import {createRequire} from "node:module";
import {createServer} from "node:http";
import {generateKeyPairSync, randomBytes} from "node:crypto";
import {pathToFileURL} from "node:url";
import {resolve} from "node:path";

const [folder, redirect] = process.argv.slice(2);
const main = createRequire(resolve(folder, "package.json")).resolve("oidc-provider");
const {default: Provider} = await import(pathToFileURL(main));

const {privateKey} = generateKeyPairSync("rsa", {modulusLength: 2048});
const server = createServer();
server.listen(0, "127.0.0.1", () => {
	const issuer = `http://127.0.0.1:${server.address().port}`;
	const provider = new Provider(issuer, {
		clients: [{client_id: "tocsin", client_secret: process.env.CLIENT_SECRET, redirect_uris: [redirect], grant_types: ["authorization_code"], response_types: ["code"]}],
		jwks: {keys: [{...privateKey.export({format: "jwk"}), use: "sig", alg: "RS256"}]},
		cookies: {keys: [randomBytes(32).toString("hex")]},
		pkce: {required: () => true},
		findAccount: (_, id) => ({accountId: id, claims: () => ({sub: id})}),
		ttl: {Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60},
	});
	server.on("request", provider.callback());
	console.log(issuer);
});
process.stdin.resume().on("end", () => process.exit(0));
