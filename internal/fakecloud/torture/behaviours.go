package main

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/drive"
)

// A behaviour is one way in which clouds are known to misbehave.
type behaviour struct {
	name  string
	where string // the providers that do it
	says  string
	early bool // before the first request only
	do    func(k *kit)
}

const (
	everywhere = "all"
	notApple   = "Drive Dropbox OneDrive"
)

// behaviours are all of them. Those that spoil single requests spoil the first that fits, and
// then every nth.
var behaviours = []behaviour{
	{"expired-tokens", notApple, "access tokens end now, and new ones live five seconds; refresh tokens stay good", false, func(k *kit) { k.expire() }},
	{"unauthorized", everywhere, "a good access token is refused: 401, and 421 from iCloud", false, refuses("unauthorized")},
	{"revoked", everywhere, "every person takes back what they allowed: no token is good any more", false, func(k *kit) { k.revoke() }},
	{"refresh-lost", notApple, "the sign-in makes a new token and hangs up before the app has it", false, signIn(fakecloud.Fault{Lost: true})},
	{"sign-in-down", notApple, "the address that renews tokens answers 503", false, signIn(fakecloud.Fault{Status: 503})},
	{"wrong-account", everywhere, "the ready-made tokens are those of alex, who has an empty cloud, and the sign-in page offers alex first", true, nil},

	{"no-permission", everywhere, "403, or Dropbox's 401: the permission was left out at the sign-in", false, refuses("no-permission")},
	{"rate-limit", everywhere, "403 userRateLimitExceeded from Drive, 429 from the others, without a wait", false, refuses("rate-limit")},
	{"daily-limit", "Drive", "403 dailyLimitExceeded: the app has used up its day", false, refuses("daily-limit")},
	{"not-enabled", "Drive", "403 accessNotConfigured: the app's project may not use Drive", false, refuses("not-enabled")},
	{"file-forbidden", "Drive OneDrive", "403: this file is not for this person", false, refuses("file-forbidden")},
	{"folder-full", "Drive", "403 numChildrenInNonRootLimitExceeded: the folder has too many files", false, refuses("folder-full")},
	{"full", everywhere, "the accounts have no room left: a true quota, which deleting does not mend", false, func(k *kit) { k.room(0) }},

	{"busy-seconds", everywhere, "429 or 503 with Retry-After: 2", false, busy("busy", func() string { return "2" })},
	{"busy-date", everywhere, "429 or 503 with Retry-After as a date, two to three seconds ahead", false, busy("busy", soon)},
	{"busy-json", "Dropbox iCloud", "429 or 503 with the wait of two seconds in the JSON only", false, refuses("busy-json")},
	{"busy-long", everywhere, "429 or 503 with Retry-After: 3600; nobody should sleep that long without a word", false, busy("busy", func() string { return "3600" })},
	{"down", everywhere, "503 without a word about when", false, everything(fakecloud.Fault{Status: 503})},

	{"dropped", everywhere, "the connection breaks before the request is read", false, everything(fakecloud.Fault{Drop: true})},
	{"lost-answers", everywhere, "what was sent is stored, and the connection breaks before the answer", false, func(k *kit) {
		k.each(func(p *provider) { k.often(p, p.writes, fakecloud.Fault{Lost: true}) })
	}},
	{"truncated", everywhere, "answers break off after five bytes, against their Content-Length", false, everything(fakecloud.Fault{Cut: 5})},
	{"slow", everywhere, "answers take five seconds", false, everything(fakecloud.Fault{Delay: 5 * time.Second})},
	{"foreign-page", everywhere, "200 with a web page of somebody else, as a hotel's network gives", false, everything(fakecloud.Fault{Serve: hotel})},
	{"garbled", everywhere, "one bit of a downloaded file is another, and the length is right", false, func(k *kit) {
		k.each(func(p *provider) { k.often(p, p.downloads, fakecloud.Fault{Change: flip}) })
	}},

	{"stale-listings", "Drive Dropbox", "listings are ten seconds old at Drive, and at Dropbox as old as this behaviour", false, func(k *kit) { k.stale() }},
	{"paged-listings", everywhere, "listings come two entries at a time", true, nil},
	{"page-token", "Drive Dropbox", "the next page of a listing is refused: 400 pageToken, 409 reset", false, func(k *kit) { k.refusePages() }},
	{"duplicates", "Drive", "every new file is stored twice, under two ids", false, func(k *kit) { k.drive.Twins(true) }},

	{"clock-ahead", everywhere, "the clouds' clocks are 26 hours ahead, so tokens have ended", false, func(k *kit) { k.skew(26 * time.Hour) }},
	{"clock-behind", everywhere, "the clouds' clocks are 26 hours behind", false, func(k *kit) { k.skew(-26 * time.Hour) }},
}

func find(name string) *behaviour {
	for i := range behaviours {
		if behaviours[i].name == name {
			return &behaviours[i]
		}
	}
	return nil
}

func names() (all []string) {
	for _, b := range behaviours {
		all = append(all, b.name)
	}
	return all
}

func printBehaviours(w io.Writer) {
	for _, b := range behaviours {
		says := b.says
		if b.early {
			says += " (from the beginning only)"
		}
		fmt.Fprintf(w, "%-15s %s [%s]\n", b.name, says, b.where)
	}
}

// everything spoils all requests for files.
func everything(f fakecloud.Fault) func(k *kit) {
	return func(k *kit) { k.each(func(p *provider) { k.often(p, nil, f) }) }
}

// refuses answers as each provider does, where it has such an answer.
func refuses(kind string) func(k *kit) {
	return func(k *kit) {
		k.each(func(p *provider) {
			if a, ok := p.answers[kind]; ok {
				k.often(p, nil, fakecloud.Fault{Status: a.status, Body: a.body})
			}
		})
	}
}

// busy answers with a wait in the header, which wait makes anew each time.
func busy(kind string, wait func() string) func(k *kit) {
	return func(k *kit) {
		k.each(func(p *provider) {
			k.often(p, nil, fakecloud.Fault{Serve: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", wait())
				w.Header().Set("Content-Type", "application/json; charset=UTF-8")
				w.WriteHeader(p.answers[kind].status)
				io.WriteString(w, p.answers[kind].body)
			}})
		})
	}
}

// signIn spoils the requests that renew tokens.
func signIn(f fakecloud.Fault) func(k *kit) {
	return func(k *kit) { k.each(func(p *provider) { k.oftenAt(p.renews, f) }) }
}

// soon is a date two to three seconds ahead; dates have no parts of a second.
func soon() string { return time.Now().Add(3 * time.Second).UTC().Format(http.TimeFormat) }

func hotel(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	io.WriteString(w, "<!doctype html><title>Welcome</title><p>Please accept our terms.")
}

// flip changes the bit in the middle.
func flip(body []byte) []byte {
	if len(body) > 0 {
		body[len(body)/2] ^= 1
	}
	return body
}

// refusePages refuses to go on with a listing.
func (k *kit) refusePages() {
	token := drive.Refusal{Status: 400, Reason: "invalid", Message: "Invalid Value", Location: "pageToken"}
	k.often(googleDrive, func(r *http.Request) bool { return r.URL.Query().Get("pageToken") != "" },
		fakecloud.Fault{Status: token.Status, Body: token.JSON()})
	k.often(dropboxCom, func(r *http.Request) bool { return r.URL.Path == "/2/files/list_folder/continue" },
		fakecloud.Fault{Status: 409, Body: `{"error_summary":"reset/..","error":{".tag":"reset"}}`})
}
