// Command tocsin is a cyber-threat exchange in one program. This comment is a
// guided tour: read it, then exchange/accept.go, and you know where everything is.
//
// # The idea
//
// There is one log, and many readers. Whatever is released becomes an entry of
// an append-only log, in one order; every way out (TAXII, the event stream, the
// feeds) is a reader of it. A recall or an expiry is an entry too, so whatever
// went out can be taken back by the path that it took.
//
// # The way in
//
// [tocsin/exchange.Exchange.Accept] is the way of a report in seven numbered
// steps; docs/way-of-a-report.md tells them in words. It leans on
//
//   - intake and its folders: any format into STIX 2.1 objects, one pure function each;
//   - stix: one object read strictly, kept byte for byte, edited in place;
//   - observable: the values that defences act on, in canonical form;
//   - member: who may do what, and the one audience of each object;
//   - privacy: the gate, a verdict for every field;
//   - thing: who reports each observable, since when and until when;
//   - held: the passages that wait for a person; submission: what was sent before;
//   - archive: blocks of objects and entries of the log; ledger: tree, keys, receipts;
//   - store: the database, its one writer at a time, and nothing of the domain.
//
// # The ways out
//
// defence folds the log into views: what one kind of defence reads, under one
// set of rights. The shells turn wires into calls: taxii, feeds, stream, api,
// web, metrics; door is what they all do first. cli is the command line. app
// puts everything together, and takes it apart in reverse.
//
// # Where to change what
//
//   - a new format: a folder below intake, and a line in intake/auto;
//   - a new product that reads: a form in defence or feeds, over the same view;
//   - a rule on who sees what: member.Allow, and nowhere else;
//   - a detector of the gate: privacy, with its reason code;
//   - a table: the schema folder of the idea that owns it; claim it in its
//     holder.go if it may hold personal data (a test insists).
//
// Imports go one way, from here down to fault; arch_test.go has the table of
// levels, and holds the repository to the rest of its rules.
package main
