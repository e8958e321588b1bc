package stream

import (
	"bytes"
	"encoding/json"
	"strconv"

	"tocsin/exchange"
	"tocsin/member"
)

// Encode appends one event, without its id, as the readers of a stream get it;
// what it leaves as it was is not sent. It is called once for all readers of the
// same audiences.
type Encode func(b []byte, e *exchange.Event, collection string) []byte

// appendFrame writes one event with its id, the position in the log.
func appendFrame(b []byte, encode Encode, e *exchange.Event, collection string) []byte {
	before := len(b)
	b = append(b, "id: "...)
	b = append(b, e.Position.String()...)
	b = append(b, '\n')
	began := len(b)
	if b = encode(b, e, collection); len(b) == began {
		return b[:before]
	}
	return b
}

// appendEvent is the encoding of the contract.
func appendEvent(b []byte, e *exchange.Event, collection string) []byte {
	kind := "object"
	if e.Withdraw() {
		kind = "withdraw"
	}
	b = append(b, "event: "...)
	b = append(b, kind...)
	b = append(b, "\ndata: {\"index\":"...)
	b = strconv.AppendInt(b, e.Position.Index, 10)
	b = append(b, `,"n":`...)
	b = strconv.AppendInt(b, e.Position.N, 10)
	b = append(b, `,"kind":"`...)
	b = append(b, kind...)
	b = append(b, `","collection":`...)
	b = appendString(b, collection)
	if e.Withdraw() {
		b = append(b, `,"cause":`...)
		b = appendString(b, e.Kind)
		b = append(b, `,"object":{"id":`...)
		b = appendString(b, e.ID)
		b = append(b, '}')
	} else {
		b = append(b, `,"object":`...)
		b = appendOneLine(b, e.Raw)
	}
	return append(b, "}\n\n"...)
}

// appendOneLine writes an object as it is kept, but for line ends: those can only
// stand between its tokens (RFC 8259 section 7), and there a space is the same.
func appendOneLine(b, raw []byte) []byte {
	from := len(b)
	b = append(b, raw...)
	for tail := b[from:]; ; {
		i := bytes.IndexAny(tail, "\r\n")
		if i < 0 {
			return b
		}
		tail[i] = ' '
		tail = tail[i+1:]
	}
}

func appendString(b []byte, s string) []byte {
	q, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always marshals
	}
	return append(b, q...)
}

// names gives the collection names of a session's audiences.
func names(s member.Session) map[member.Audience]string {
	out := make(map[member.Audience]string, len(s.Audiences))
	for _, a := range s.Audiences {
		out[a] = member.CollectionName(s, a)
	}
	return out
}
