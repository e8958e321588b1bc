package bundle

// extent finds where a JSON value ends by its brackets and quotes alone, so that
// an object that is broken inside costs no other one. It goes on where it
// stopped when more bytes arrive.
type extent struct {
	depth    int
	started  bool
	inString bool
	escaped  bool
}

// run looks at b from at on, and gives the place behind the value's last byte,
// or len(b) and false when the value goes on.
func (e *extent) run(b []byte, at int) (int, bool) {
	for ; at < len(b); at++ {
		c := b[at]
		switch {
		case e.inString:
			switch {
			case e.escaped:
				e.escaped = false
			case c == '\\':
				e.escaped = true
			case c == '"':
				e.inString = false
				if e.depth == 0 {
					return at + 1, true
				}
			}
		case c == '"':
			if e.started && e.depth == 0 {
				return at, true
			}
			e.inString, e.started = true, true
		case c == '{' || c == '[':
			if e.started && e.depth == 0 {
				return at, true
			}
			e.depth++
			e.started = true
		case c == '}' || c == ']':
			if e.depth == 0 {
				return at, true
			}
			if e.depth--; e.depth == 0 {
				return at + 1, true
			}
		case e.depth > 0:
		case c == ',' || c == ':' || c == ' ' || c == '\t' || c == '\n' || c == '\r':
			return at, true
		default:
			e.started = true // a number or a word
		}
	}
	return at, false
}
