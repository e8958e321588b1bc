package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Key presses keys one after the other: Tab, Shift+Tab, Enter, Space, Escape,
// Backspace, Home, End, Up, Down, Left, Right, Ctrl+Enter, or a text whose letters are typed.
// Within Follow when the last one leads to another page.
func (p *Page) Key(keys ...string) *Page {
	p.t.Helper()
	for _, key := range keys {
		name, shifted := strings.CutPrefix(key, "Shift+")
		var options []chromedp.KeyOption
		if shifted {
			options = append(options, chromedp.KeyModifiers(chromedp.ModifierShift))
		}
		name, control := strings.CutPrefix(name, "Ctrl+")
		if control {
			options = append(options, chromedp.KeyModifiers(chromedp.ModifierCtrl))
		}
		p.do("pressing "+key, chromedp.KeyEvent(code(name), options...))
	}
	return p
}

// code gives what a named key sends; a text sends itself.
func code(name string) string {
	switch name {
	case "Tab":
		return kb.Tab
	case "Enter":
		return kb.Enter
	case "Space":
		return " "
	case "Escape":
		return kb.Escape
	case "Backspace":
		return kb.Backspace
	case "Home":
		return kb.Home
	case "End":
		return kb.End
	case "Up":
		return kb.ArrowUp
	case "Down":
		return kb.ArrowDown
	case "Left":
		return kb.ArrowLeft
	case "Right":
		return kb.ArrowRight
	}
	return name
}

// Focus is where the keyboard is, as assistive technology is told.
type Focus struct {
	Role, Name string
	Ring       bool // the element shows that it has the focus: an outline or a shadow
}

// String is role and name: button "Sign in".
func (f Focus) String() string { return fmt.Sprintf("%s %q", f.Role, f.Name) }

// Focused gives the element that has the keyboard's focus, through the
// accessibility tree. On a page where nothing has it, that is the page itself:
// role RootWebArea.
func (p *Page) Focused() (f Focus) {
	p.t.Helper()
	p.step("asking for the focus", func(ctx context.Context) error {
		at, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: "document.activeElement===document.body?document:document.activeElement"})
		if err != nil {
			return err
		}
		found, err := chromedp.Call(ctx, accessibility.GetPartialAXTree, accessibility.GetPartialAXTreeParams{ObjectID: at.Result.ObjectID, FetchRelatives: new(false)})
		if err != nil {
			return err
		}
		if len(found.Nodes) > 0 {
			f.Role, f.Name = text(found.Nodes[0].Role), text(found.Nodes[0].Name)
		}
		return nil
	})
	f.Ring = Eval[bool](p, ring)
	return f
}

// ring asks whether the focused element shows it: with an outline, or a shadow that it lacks otherwise.
const ring = `(()=>{const s=getComputedStyle(document.activeElement);
return s.outlineStyle!=="none"&&parseFloat(s.outlineWidth)>0||s.boxShadow!=="none"})()`

func text(v *accessibility.Value) (s string) {
	if v != nil {
		_ = json.Unmarshal(v.Value, &s) // not a string: no name
	}
	return s
}

// FocusPath presses Tab from where the focus is until it leaves the page or has
// moved most times, and gives where it went.
func (p *Page) FocusPath(most int) (path []Focus) {
	p.t.Helper()
	for range most {
		f := p.Key("Tab").Focused()
		if f.Role == "RootWebArea" {
			break
		}
		path = append(path, f)
	}
	return path
}

// TabTo presses Tab until the element with this accessible name has the focus.
func (p *Page) TabTo(name string) Focus {
	p.t.Helper()
	var seen []string
	for range 200 {
		f := p.Key("Tab").Focused()
		if f.Name == name {
			return f
		}
		seen = append(seen, f.String())
	}
	p.t.Fatalf("the keyboard doesn't reach %q; it went to %s", name, strings.Join(seen, ", "))
	return Focus{}
}
