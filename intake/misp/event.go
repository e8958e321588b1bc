package misp

import (
	"bytes"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tocsin/fault"
)

// event is what is read of an event. Attributes and objects are read one by
// one, so that a broken one costs no other and millions no memory. event_creator_email has no place here.
type event struct {
	UUID         loose          `json:"uuid"`
	Info         loose          `json:"info"`
	Date         loose          `json:"date"`
	Timestamp    loose          `json:"timestamp"`
	Published    loose          `json:"publish_timestamp"`
	Distribution loose          `json:"distribution"`
	Attributes   jsontext.Value `json:"Attribute"`
	Objects      jsontext.Value `json:"Object"`
	Tags         few[tag]       `json:"Tag"`
	Galaxies     few[galaxy]    `json:"Galaxy"`
	Reports      jsontext.Value `json:"EventReport"`
}

type attribute struct {
	UUID         loose       `json:"uuid"`
	Type         loose       `json:"type"`
	Category     loose       `json:"category"`
	Value        loose       `json:"value"`
	Comment      loose       `json:"comment"`
	ToIDs        loose       `json:"to_ids"`
	Deleted      loose       `json:"deleted"`
	Timestamp    loose       `json:"timestamp"`
	FirstSeen    loose       `json:"first_seen"`
	LastSeen     loose       `json:"last_seen"`
	Distribution loose       `json:"distribution"`
	Relation     loose       `json:"object_relation"`
	Tags         few[tag]    `json:"Tag"`
	Galaxies     few[galaxy] `json:"Galaxy"`

	place string
}

type object struct {
	UUID         loose          `json:"uuid"`
	Name         loose          `json:"name"`
	Comment      loose          `json:"comment"`
	Deleted      loose          `json:"deleted"`
	Timestamp    loose          `json:"timestamp"`
	Distribution loose          `json:"distribution"`
	Attributes   jsontext.Value `json:"Attribute"`
	References   few[reference] `json:"ObjectReference"`
}

type reference struct {
	UUID       loose `json:"uuid"`
	Referenced loose `json:"referenced_uuid"`
	Relation   loose `json:"relationship_type"`
	Comment    loose `json:"comment"`
	Deleted    loose `json:"deleted"`
	Timestamp  loose `json:"timestamp"`
}

type tag struct {
	Name loose `json:"name"`
}

type galaxy struct {
	Clusters few[cluster] `json:"GalaxyCluster"`
}

type cluster struct {
	UUID  loose `json:"uuid"`
	Type  loose `json:"type"`
	Value loose `json:"value"`
}

type eventReport struct {
	UUID      loose `json:"uuid"`
	Name      loose `json:"name"`
	Content   loose `json:"content"`
	Deleted   loose `json:"deleted"`
	Timestamp loose `json:"timestamp"`
}

// loose is a string, or the text of a number or bool: the versions of MISP differ
// in what they quote. Null, lists and objects are "".
type loose string

// UnmarshalJSONFrom reads any value.
func (l *loose) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	v, err := dec.ReadValue()
	if err != nil {
		return err
	}
	switch v.Kind() {
	case '"':
		s, err := jsontext.AppendUnquote(nil, v)
		*l = loose(s)
		return err
	case '0', 't', 'f':
		*l = loose(v)
	default:
		*l = ""
	}
	return nil
}

// yes reads a flag.
func (l loose) yes() bool { return l == "1" || strings.EqualFold(string(l), "true") }

// text gives the value without white space around it.
func (l loose) text() string { return strings.TrimSpace(string(l)) }

// time reads seconds since 1970, or the text of a time.
func (l loose) time() (time.Time, bool) {
	s := l.text()
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		switch {
		case n > 1e14: // MISP's first_seen in microseconds
			return time.UnixMicro(n).UTC(), true
		case n > 0 && n < 1e11:
			return time.Unix(n, 0).UTC(), true
		}
		return time.Time{}, false
	}
	for _, f := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02"} {
		if t, err := time.Parse(f, s); err == nil && t.Year() >= 1970 && t.Year() < 9999 {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// uuid gives the text of a UUID in lower case, "" for anything else.
func (l loose) uuid() string {
	s := strings.ToLower(l.text())
	if len(s) != 36 {
		return ""
	}
	for i := range len(s) {
		c := s[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return ""
			}
		} else if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f') {
			return ""
		}
	}
	return s
}

// few is a list of at most maxFew elements. A longer one is an error: a level of
// TLP might stand at its end.
type few[T any] []T

const maxFew = 1000

// UnmarshalJSONFrom reads a list; anything else is an empty one.
func (l *few[T]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	*l = nil
	if dec.PeekKind() != '[' {
		return dec.SkipValue()
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != ']' {
		var one T
		if len(*l) == maxFew {
			return fault.New(fault.TooLarge, "a list of tags, galaxies or references has more than %d elements", maxFew)
		}
		if err := json.UnmarshalDecode(dec, &one); err != nil {
			return err
		}
		*l = append(*l, one)
	}
	_, err := dec.ReadToken()
	return err
}

// elements gives the elements of a list, one by one; of anything else, none.
func elements(v jsontext.Value) iter.Seq2[int, jsontext.Value] {
	return func(yield func(int, jsontext.Value) bool) {
		dec := jsontext.NewDecoder(bytes.NewBuffer(v))
		if t, err := dec.ReadToken(); err != nil || t.Kind() != '[' {
			return
		}
		for i := 0; dec.PeekKind() != ']'; i++ {
			one, err := dec.ReadValue()
			if err != nil || !yield(i, one) {
				return
			}
		}
	}
}

func decode(v jsontext.Value, into any) error { return json.Unmarshal(v, into) }
