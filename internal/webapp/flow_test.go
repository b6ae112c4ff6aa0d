package webapp

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

// TestSubmits is each form with what people really type.
func TestSubmits(t *testing.T) {
	long := strings.Repeat("x", 61)
	usb := t.TempDir()
	steps := []struct {
		screen string
		fields []string
		next   string // the screen that follows
		says   string // or what the same screen says
	}{
		{"wallet", []string{"phrase", ""}, "", "Is my backup safe?"},
		{"wallet", []string{"phrase", "abandon abandon"}, "", "12, 15, 18, 21 or 24"},
		{"wallet", []string{"phrase", strings.Replace(testPhrase, "about", "abuot", 1)}, "", `<span class="wrong">abuot`},
		{"wallet", []string{"phrase", strings.Replace(testPhrase, "about", "abandon", 1)}, "", "do not belong together"},
		{"wallet", []string{"name", long, "phrase", testPhrase}, "", "1 to 60 characters"},
		{"pin", []string{"pin", "739154"}, "wallet", ""}, // no phrase yet
		{"wallet", []string{"phrase", testPhrase}, "pin", ""},
		{"pin", []string{"pin", ""}, "", "fewer than 4"},
		{"pin", []string{"pin", "000000"}, "", "one character over and over"},
		{"pin", []string{"pin", "1984"}, "", "it is a year"},
		{"pin", []string{"pin", "8362"}, "", "This PIN is short."},
		{"pin", []string{"pin", "8362", "short", "yes"}, "pin-again", ""},
		{"pin", []string{"pin", "seven yellow ducks"}, "pin-again", ""},
		{"places", []string{"kind", "folder", "address", usb}, "pin", ""}, // not typed twice yet
		{"pin-again", []string{"pin", "seven yellow duck"}, "", "are not the same"},
		{"pin-again", []string{"pin", "seven yellow ducks"}, "places", ""},
		{"begin", nil, "places", ""}, // no place yet
		{"places", []string{"kind", "folder", "address", "relative"}, "", "is not there"},
		{"places", []string{"kind", "folder", "address", usb + "/nowhere"}, "", "is not there"},
		{"places", []string{"kind", "folder", "address", usb + "/nowhere"}, "", "Make this folder"},
		{"places", []string{"kind", "folder", "address", usb + "/made", "make", "yes"}, "places", ""},
		{"places", []string{"kind", "folder", "address", usb + "/suggested"}, "places", ""},
		{"places", []string{"kind", "webdav", "address", "cloud.example"}, "", "refused"},
		{"places", []string{"kind", "webdav", "address", "https://sam:secret@cloud.example/"}, "", "refused"},
		{"places", []string{"kind", "webdav", "address", "https://cloud.example/x", "user", "sam", "password", "pw"}, "", "Could not reach cloud.example"},
		{"places", []string{"kind", "folder", "address", usb, "name", "usb: stick"}, "", "no colon"},
		{"places", []string{"kind", "folder", "address", usb, "name", "usb stick"}, "places", ""},
		{"places", []string{"kind", "folder", "address", usb, "name", "again"}, "", "already"},
		{"place-remove", []string{"name", "usb stick", "flow", "places"}, "places", ""},
		{"places", []string{"kind", "folder", "address", usb, "name", "usb stick"}, "places", ""},
		{"restore-pin", []string{"pin", "1"}, "progress", ""}, // nothing chosen
		{"choose", []string{"backup", "7"}, "restore", ""},
		{"search", nil, "restore", ""}, // no place
		{"check", []string{"vault", "none"}, "error", ""},
		{"wallet-new", []string{"name", "Fresh"}, "new-words", ""},
		{"reveal", []string{"show", "yes", "to", "new-words"}, "new-words", ""},
	}
	realms, client := embedded(t)
	c := newClient(t, newApp(t, Config{Realms: realms, HTTP: client, DefaultFolder: usb + "/suggested"}))
	for _, step := range steps {
		next, body := c.post(step.screen, step.fields...)
		if next != step.next {
			t.Errorf("%s %q leads to %q, want %q\n%s", step.screen, step.fields, next, step.next, body)
		}
		if step.says != "" && !strings.Contains(body, step.says) {
			t.Errorf("%s %q does not say %q:\n%s", step.screen, step.fields, step.says, body)
		}
		if strings.Contains(body, "739154") || strings.Contains(body, "seven yellow") || strings.Contains(body, `value="pw"`) {
			t.Errorf("%s gives a secret back", step.screen)
		}
	}
	if words := strings.Count(c.get("new-words"), "<li>"); words != 12 {
		t.Errorf("shows %d words, want 12", words)
	}
}

// TestSuggest asks how words go on, in every language, telling only their first letters.
func TestSuggest(t *testing.T) {
	c := newClient(t, newApp(t, Config{}))
	// the first in the list's order; English comes first
	for prefix, want := range map[string]string{"abou": `["about"`, "zoo": `["zoo"`, "あいこ": "あいこくしん", "": "[]", "<script>": "[]"} {
		if _, body := c.post("suggest", "prefix", prefix); !strings.Contains(body, want) {
			t.Errorf("%q goes on as %s, want %s", prefix, body, want)
		}
	}
}

// TestBackupFails breaks a place while the backup is made: what was typed is still
// there, the error says whether the backup is safe, and trying again succeeds.
func TestBackupFails(t *testing.T) {
	memory := storetest.NewMemory()
	place := &breakable{Store: memory}
	realms, client := embedded(t)
	open := func(context.Context, string, secret.Text) (cloudseed.Place, error) {
		return cloudseed.Place{Store: place}, nil
	}
	a := newApp(t, Config{Realms: realms, HTTP: client, Open: open})
	c := newClient(t, a)
	c.post("wallet", "phrase", testPhrase, "name", "Samantha")
	c.post("pin", "pin", testPIN)
	c.post("pin-again", "pin", testPIN)
	c.post("places", "kind", "folder", "address", "/anywhere", "name", "stick")

	place.broken = store.Errorf("list", "", store.ErrGone, "pulled out")
	if next := c.work("begin"); next != "error" {
		t.Fatalf("without a place the backup leads to %q", next)
	}
	if body := c.get("error"); !strings.Contains(body, "Is my backup safe?") || !strings.Contains(body, "Try again") {
		t.Errorf("the error says too little:\n%s", body)
	}
	if home := c.get("home"); !strings.Contains(home, "Not backed up") {
		t.Errorf("home claims something:\n%s", home)
	}

	place.broken, place.full = nil, store.Errorf("create", "", store.ErrFull, "no room")
	if next := c.work("begin"); next != "error" {
		t.Fatalf("without room the backup leads to %q", next)
	}
	body := c.get("error")
	if !strings.Contains(body, "not verified in every place") || !strings.Contains(body, `action="resume"`) {
		t.Errorf("a sealed backup is not resumed:\n%s", body)
	}
	if home := c.get("home"); !strings.Contains(home, "Not finished") || !strings.Contains(home, "Finish the backup") {
		t.Errorf("home does not say that it is unfinished:\n%s", home)
	}
	if typed := c.get("wallet"); strings.Contains(typed, "abandon") {
		t.Error("the phrase is kept after it was sealed")
	}

	place.full = nil
	devices, err := a.Profile.Devices()
	if err != nil || len(devices) != 1 {
		t.Fatalf("%d devices, %v", len(devices), err)
	}
	if next := c.work("resume", "vault", devices[0].Vault.String()); next != "done" {
		t.Fatalf("resuming leads to %q:\n%s", next, c.get("error"))
	}
	if done := c.get("done"); !strings.Contains(done, "Your trial backup is made") {
		t.Errorf("the end is:\n%s", done)
	}
}

// work posts what begins a job and waits for its end; it returns where the job leads.
func (c *client) work(screen string, fields ...string) string {
	c.t.Helper()
	if next, body := c.post(screen, fields...); next != "progress" {
		c.t.Fatalf("%s leads to %q, not to a job\n%s", screen, next, body)
	}
	j := c.app.session.job
	deadline := time.Now().Add(30 * time.Second)
	for j.running() {
		if time.Now().After(deadline) {
			c.t.Fatal("the job does not end")
		}
		time.Sleep(5 * time.Millisecond)
	}
	_, next, _ := j.since(0)
	return next
}

// TestSteps follows the stream of a job that has ended, from its beginning and from a
// place in the middle.
func TestSteps(t *testing.T) {
	a := newApp(t, Config{})
	c := newClient(t, a)
	j := newJob(words.English, "Testing", "", "send")
	j.plan(cloudseed.StepSeal, "")
	j.note(cloudseed.Step{Name: cloudseed.StepSeal, State: cloudseed.Started})
	j.note(cloudseed.Step{Name: cloudseed.StepSeal, State: cloudseed.Done})
	j.end("done")
	a.session.job = j
	page := c.get("progress")
	if !strings.Contains(page, `data-state="todo"`) || !strings.Contains(page, "steps?after=0") {
		t.Errorf("the first look does not begin at the beginning:\n%s", page)
	}
	stream := func(after string) string {
		w := c.send(c.request("GET", c.base+"steps?after="+after, nil))
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/event-stream" {
			t.Fatalf("%d %s", w.Code, w.Header().Get("Content-Type"))
		}
		return w.Body.String()
	}
	whole := stream("0")
	if strings.Count(whole, "data:") != 3 || !strings.Contains(whole, `"state":"started"`) || !strings.Contains(whole, `"end":"done"`) {
		t.Errorf("the stream is\n%s", whole)
	}
	if rest := stream("2"); strings.Count(rest, "data:") != 1 {
		t.Errorf("the rest of the stream is\n%s", rest)
	}
	if body := c.get("progress"); strings.Contains(body, "Testing") {
		t.Error("a second look at a job that has ended does not go on")
	}
}

// breakable is a place that can be made to fail.
type breakable struct {
	store.Store
	broken, full error
}

func (b *breakable) List(ctx context.Context) ([]store.Entry, error) {
	if b.broken != nil {
		return nil, b.broken
	}
	return b.Store.List(ctx)
}

func (b *breakable) Create(ctx context.Context, name string, data []byte) error {
	if b.full != nil {
		return b.full
	}
	return b.Store.Create(ctx, name, data)
}
