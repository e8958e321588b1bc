// Package receipt is the proof that a report was filed, as a text that anyone
// checks without a network: what a leaf of the log commits to, the receipt that
// opens it, and its verification. It knows no database; package ledger makes the
// receipts of a log. docs/receipts.md says the same for those who write their
// own verifier.
//
// # Commitment
//
// A record has a fresh random key K (32 bytes) and parts, of which each can be
// opened alone. HMAC is HMAC-SHA256(key, message), || joins, all keys have 32
// bytes, labels end in a newline:
//
//	part key      PK(name) = HMAC(K, "tocsin part v1\n" || name)
//	commitment    C(name)  = HMAC(PK(name), 0x01 || body)     the part is there
//	                         HMAC(PK(name), 0x00)             it isn't
//	leaf key      LK       = HMAC(K, "tocsin leaf v1\n")
//	leaf          L        = HMAC(LK, "tocsin leaf v1\n" || C(kind) || ... || C(refers))
//	object hash   H(bytes) = HMAC(HMAC(LK, "tocsin object v1\n"), bytes)
//
// The leaf takes the commitments of all eleven parts in the order of Names, of
// absent ones too, so it doesn't tell which there are. L is the data of the leaf
// in the tree; its hash there is SHA-256(0x00 || L) (RFC 6962 section 2.1).
//
// It hides: whoever lacks a key can't test a guess at a body. It binds: two
// openings of one leaf would be a collision of SHA-256, because every key has
// exactly 32 bytes.
//
// # Use
//
//	text, err := receipt.Make(record, nil, index, hashes, checkpoint)
//	for _, c := range receipt.Verify(text, verifierKey, nil) { ... }
package receipt
