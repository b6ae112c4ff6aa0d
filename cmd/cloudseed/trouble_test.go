//go:build linux

package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/drive"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
	"github.com/cloudseed/cloudseed/internal/peer"
)

const google = "accounts.google.com"

// A trouble is something that goes wrong with a sign-in or a cloud.
type trouble struct {
	name string
	make func(w *world)
	run  string // the command
	exit int
	says []string
	mend func(p *process)
}

// signAgain is what the person is told to do.
func signAgain(p *process) {
	p.run(0, "places", "add", "drive", "--client-ids", p.file("clients.json"), "--no-browser")
}

func (w *world) makes(f fakecloud.Fault) { w.cloud.Fail(f) }

// troubles, in the middle of making a backup, or after one was made.
var troubles = []trouble{
	{
		name: "the token dies while the file is sent",
		make: func(w *world) {
			w.makes(fakecloud.Fault{Host: "www.googleapis.com", Method: "POST", Path: "/upload/", Do: func() { w.oauth[google].Disconnect(sam) }})
		},
		run: "backup", exit: 3, says: []string{"not verified in every place: drive", "the sign-in to drive has ended"}, mend: signAgain,
	},
	{
		name: "full",
		make: func(w *world) { w.drive.Limit(10) },
		run:  "backup", exit: 3, says: []string{"not verified in every place: drive", "there is no room left in drive"},
		mend: func(p *process) { p.drive.Limit(1 << 30) },
	},
	{
		name: "busy, with the provider's own wait",
		make: func(w *world) {
			w.makes(fakecloud.Fault{Host: "www.googleapis.com", Path: "/drive/v3/files", Status: 429, Header: http.Header{"Retry-After": {"700"}},
				Body: `{"error": {"code": 429, "errors": [{"domain": "usageLimits", "reason": "rateLimitExceeded"}]}}`, Times: -1})
		},
		run: "list", exit: 8, says: []string{"drive asks to wait", "12 minutes"},
		mend: func(p *process) { p.cloud.Heal() },
	},
	{
		name: "signed out elsewhere",
		make: func(w *world) { w.oauth[google].Disconnect(sam) },
		run:  "list", exit: 6, says: []string{"the sign-in to drive has ended", "cloudseed places add"}, mend: signAgain,
	},
	{
		name: "another account",
		make: func(w *world) { w.person = alex },
		run:  "add", exit: 6, says: []string{"this is another account: a…x@example.com, not s…a@example.com"},
		mend: func(p *process) { p.person = sam; signAgain(p) },
	},
	{
		name: "consent is asked for again",
		make: func(w *world) {
			w.makes(fakecloud.Fault{Host: "oauth2.googleapis.com", Path: "/token", Status: 400, Body: `{"error": "consent_required"}`, Times: -1})
			w.cloud.Skip(2 * time.Hour)
		},
		run: "list", exit: 6, says: []string{"the permission for drive is missing"},
		mend: func(p *process) { p.cloud.Heal(); signAgain(p) },
	},
	{
		name: "consent without the box for the files",
		make: func(w *world) { w.choice = oauth.Choice{Untick: []string{oauth.DriveFile}} },
		run:  "add", exit: 6, says: []string{"the permission for Google Drive is missing", "tick the box"},
		mend: func(p *process) { p.choice = oauth.Choice{}; signAgain(p) },
	},
	{
		name: "cancelled at the provider's page",
		make: func(w *world) { w.choice = oauth.Choice{Cancel: true} },
		run:  "add", exit: 6, says: []string{"signing in to Google Drive was cancelled"},
		mend: func(p *process) { p.choice = oauth.Choice{} },
	},
	{
		name: "the service is switched off for the client id",
		make: func(w *world) { w.makes(drive.Fault("GET", drive.NotEnabled)) },
		run:  "add", exit: 1, says: []string{"Google Drive"},
		mend: func(p *process) { p.cloud.Heal() },
	},
}

// Each trouble has its exit code and its words; only what signing in can mend says that. And
// nothing is lost: mended, the backup is complete in both places and comes back from either.
func TestTroubles(t *testing.T) {
	peer.Slow(t)
	for _, c := range troubles {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			p := &process{device: w.device()}
			stick := "folder:" + t.TempDir()
			p.add("drive", "gdrive:")
			backup := []string{"backup", "--name", "Sam", "--phrase-file", p.file("words"), "--pin-file", p.file("pin"), "--realms", p.file("servers.json"), "--place", "drive", "--place", stick}
			commands := map[string][]string{
				"backup": backup,
				"list":   {"list", "--place", "drive"},
				"add":    {"places", "add", "drive", "--client-ids", p.file("clients.json"), "--no-browser"},
			}
			if c.run != "backup" {
				p.run(0, backup...)
			}
			c.make(w)
			said := p.run(c.exit, commands[c.run]...)
			contains(t, said, c.says...)
			if c.exit != 6 && !strings.Contains(said, "the sign-in to drive has ended") && strings.Contains(strings.ToLower(said), "sign in again") {
				t.Errorf("signing in again cannot mend it:\n%s", said)
			}
			c.mend(p)
			if c.run == "backup" {
				contains(t, p.run(0, "backup"), "going on with the backup of Sam")
			}
			contains(t, p.run(0, "check"), "Sam: protected")
			for _, place := range []string{"drive", stick} {
				out := filepath.Join(t.TempDir(), "back")
				p.run(0, "restore", "--place", place, "--pin-file", p.file("pin"), "--out", out)
				if words := readAll(t, out); !strings.Contains(words, testWords) {
					t.Errorf("%s: the words did not come back: %q", place, words)
				}
			}
		})
	}
}

// Nobody finishes at the provider's page.
func TestTimedOut(t *testing.T) {
	w := newWorld(t)
	d := w.device()
	d.stays = true
	for _, address := range []string{"gdrive:", "dropbox:", "onedrive:", "icloud:"} {
		contains(t, d.run(6, "places", "add", "cloud", address, "--client-ids", d.file("clients.json")), "nobody finished signing in to")
	}
	contains(t, d.run(0, "places", "list"), "no place is remembered yet")
}
