package webapp

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// What a person does at a page: looks, presses, types, goes back. Looking is repeated when the
// page was replaced meanwhile; an action happens once.

// patience is how long a person waits for a page: the machine may be busy.
const patience = 2 * time.Minute

// left tells that an action ended because its page went away.
func left(err error) bool {
	for _, s := range []string{
		"Inspected target navigated or closed", "Execution context was destroyed", "Cannot find context",
		"Cannot find default execution context", replaced, "Could not find node", "No node with given id", "uniqueContextId not found",
	} {
		if strings.Contains(err.Error(), s) {
			return true
		}
	}
	return false
}

// replaced is what a script says that finds no page: the one before has gone.
const replaced = "there is no page yet"

// do runs actions that may be run again, such as going to an address, until the page stays
// for them.
func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	var err error
	soon(func() bool { err = b.try(actions...); return err == nil || !left(err) })
	if err != nil {
		b.fail("%v", err)
	}
}

// act runs an action that must not be run again. When it is what makes the page go away, it
// was done.
func (b *browser) act(action chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := b.try(action); err != nil && !left(err) {
		b.fail("%v", err)
	}
}

func (b *browser) try(actions ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	return chromedp.Do(ctx, actions...)
}

// fail ends the test with what is on the page.
func (b *browser) fail(format string, args ...any) {
	b.t.Helper()
	b.picture("failure")
	b.t.Fatalf(format+"\non the page:\n%s", append(args, b.page())...)
}

// page is what stands on the page, after its name; nothing while it is being replaced.
func (b *browser) page() string {
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.pathname.split("/").pop() + "\n" + document.body.innerText`))
	return text
}

// ask evaluates a script that may be evaluated again, on a page, not between two.
func ask[T any](b *browser, script string) (answer T) {
	b.t.Helper()
	onPage := `if (!document.body) throw new Error("` + replaced + `"); ` + script
	var err error
	soon(func() bool {
		ctx, cancel := context.WithTimeout(b.ctx, patience)
		defer cancel()
		answer, err = chromedp.Run(ctx, chromedp.Evaluate[T](onPage))
		return err == nil || !left(err)
	})
	if err != nil {
		b.fail("%s: %v", script, err)
	}
	return answer
}

// soon tells whether something comes true while a person has patience.
func soon(ok func() bool) bool {
	for end := time.Now().Add(patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

// until waits for what must become true.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	if !soon(ok) {
		t.Fatalf("never: %s", what)
	}
}

// whole waits until the page is there with its scripts, and painted: what is pressed on half a
// page may be pressed on one that is being left, and Chromium drops what comes before the paint.
func (b *browser) whole() {
	b.t.Helper()
	b.eventually("the page is whole", `document.readyState === "complete" && (document.hidden || performance.getEntriesByName("first-paint").length > 0)`)
}

// eventually waits until a script says true.
func (b *browser) eventually(what, script string) {
	b.t.Helper()
	if !soon(func() bool { return ask[bool](b, script) }) {
		b.fail("never: %s", what)
	}
}

// quoted is a string for an XPath.
func quoted(s string) string { return `"` + s + `"` }

// visible is a script for the elements of an XPath that one can see.
const visible = `(() => {
	const all = document.evaluate(%q, document, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
	return Array.from({length: all.snapshotLength}, (_, i) => all.snapshotItem(i)).filter(e => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length > 0);
})()`

// there waits until an element of the XPath can be seen.
func (b *browser) there(xpath string) {
	b.t.Helper()
	b.eventually(xpath, fmt.Sprintf(visible, xpath)+`.length > 0`)
}

// see waits for a heading.
func (b *browser) see(heading string) {
	b.t.Helper()
	b.there(fmt.Sprintf(`//h1[contains(., %s)]`, quoted(heading)))
}

// says waits until the page says something.
func (b *browser) says(text string) {
	b.t.Helper()
	b.there(`//main//*[contains(normalize-space(.), ` + quoted(text) + `)] | //p[@role="note"][contains(., ` + quoted(text) + `)]`)
}

// not looks that the page does not say something, nor holds it in any input.
func (b *browser) not(text string) {
	b.t.Helper()
	b.whole()
	if ask[bool](b, `(document.documentElement.outerHTML + [...document.querySelectorAll("input, textarea")].map(e => e.value).join()).includes(`+quoted(text)+`)`) {
		b.t.Fatalf("the page holds %q:\n%s", text, b.page())
	}
}

// heading waits for one of several headings and returns which.
func (b *browser) heading(any ...string) (found string) {
	b.t.Helper()
	until(b.t, "one of "+strings.Join(any, ", "), func() bool {
		text := b.page()
		for _, h := range any {
			if strings.Contains(text, h) {
				found = h
				return true
			}
		}
		return false
	})
	return found
}

// suggested waits until a word is suggested, and only such as begin with what was typed: those
// for fewer letters may still be there.
func (b *browser) suggested(typed, word string) {
	b.t.Helper()
	b.eventually(word+" is suggested", `(words => words.includes("`+word+`") && words.every(w => w.startsWith("`+typed+`")))(
		[...document.querySelectorAll(".suggestions button")].map(e => e.textContent))`)
}

// focused tells where the focus must be, by id.
func (b *browser) focused(id string) {
	b.t.Helper()
	b.eventually("the focus is on "+id, `(document.activeElement?.id ?? "") === "`+id+`"`)
}

// press presses the button or link with that text.
func (b *browser) press(label string) {
	b.t.Helper()
	b.click(fmt.Sprintf(`//*[self::button or self::a or self::summary][normalize-space(.)=%[1]s or .//*[normalize-space(.)=%[1]s] or @aria-label=%[1]s]`, quoted(label)))
}

// tick chooses the box or the account whose label says that.
func (b *browser) tick(label string) {
	b.t.Helper()
	b.click(fmt.Sprintf(`//label[contains(., %s)]/input`, quoted(label)))
}

// click puts the mouse on the first element of the XPath that one can see, that nothing
// else covers and that does not move, and clicks once.
func (b *browser) click(xpath string) {
	b.t.Helper()
	b.whole()
	script := `(() => { for (const e of ` + fmt.Sprintf(visible, xpath) + `) {
		e.scrollIntoView({block: "center", behavior: "instant"});
		const r = e.getClientRects()[0], x = r.x + r.width / 2, y = r.y + r.height / 2, top = document.elementFromPoint(x, y);
		if (!e.disabled && (e.contains(top) || top?.contains(e))) return [x, y];
	} return []; })()`
	var at []float64
	still := func() bool {
		before := at
		at = ask[[]float64](b, script)
		return len(at) == 2 && slices.Equal(at, before)
	}
	if !soon(still) {
		b.fail("there is nothing to press: %s", xpath)
	}
	b.act(chromedp.MouseClickXY(at[0], at[1]))
}

// pad presses the keys of the number pad.
func (b *browser) pad(digits string) {
	b.t.Helper()
	for _, d := range digits {
		b.press(string(d))
	}
}

// fill types into the input with that label, until what it holds is the text: a slow page can
// take the focus away while one types.
func (b *browser) fill(label, text string) {
	b.t.Helper()
	x := fmt.Sprintf(`//*[@id=//label[normalize-space(.)=%s]/@for]`, quoted(label))
	typed := ""
	for range 3 {
		b.whole()
		b.there(x)
		ask[bool](b, `(e => { e?.focus(); if (e) { e.value = ""; e.dispatchEvent(new Event("input")); } return true; })(`+fmt.Sprintf(visible, x)+`[0])`)
		b.typing(text)
		if strings.HasSuffix(text, kb.Enter) { // it has left the page
			return
		}
		if typed = ask[string](b, `document.activeElement.value || ""`); sameText(typed, text) {
			return
		}
	}
	b.t.Fatalf("%s holds %d characters, not the %d that were typed:\n%s", label, len(typed), len(text), b.page())
}

// sameText compares what is not blank: an input may arrange words and letters of its own.
func sameText(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), ""), strings.Join(strings.Fields(b), ""))
}

// typing types where the cursor is.
func (b *browser) typing(text string) {
	b.t.Helper()
	b.act(chromedp.KeyEvent(text))
}

// paste puts text into the input with that label at once, as a clipboard does.
func (b *browser) paste(label, text string) {
	b.t.Helper()
	b.fill(label, "")
	if _, err := chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		b.t.Fatal(err)
	}
}

// at goes to a page of the session that is open.
func (b *browser) at(page string) {
	b.t.Helper()
	b.do(chromedp.Navigate(ask[string](b, `new URL("`+page+`", location.href).href`)))
	b.whole()
}

// back is the browser's own button.
func (b *browser) back() {
	b.t.Helper()
	ask[bool](b, `window.left = true`)
	b.act(chromedp.Evaluate[chromedp.Void](`history.back()`))
	b.eventually("another page is behind the back button", `document.readyState === "complete" && !window.left`)
}
