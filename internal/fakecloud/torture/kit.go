package main

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/cloudkit"
	"github.com/cloudseed/cloudseed/internal/fakecloud/drive"
	"github.com/cloudseed/cloudseed/internal/fakecloud/dropbox"
	"github.com/cloudseed/cloudseed/internal/fakecloud/graph"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
)

// What everybody may use. None of it is a secret of anybody's.
const (
	clientID  = "torture"
	secret    = "not-confidential"
	container = "iCloud.org.example.torture"
	sam       = "sam@example.com"
	alex      = "alex@example.com"
)

// A config says what the fakes take and how they begin.
type config struct {
	every              int
	clients, redirects []string
	lenient            bool
	early              []string // behaviours
}

// A kit is all the fakes behind one proxy.
type kit struct {
	config
	person  string // whose tokens are handed out
	cloud   *fakecloud.Cloud
	signIns map[string]*oauth.Server // google, dropbox, onedrive
	drive   *drive.Server
	dropbox *dropbox.Server
	graphs  []*graph.Drive
	apple   *cloudkit.Server

	mu    sync.Mutex
	ahead time.Duration // the clouds' clocks
}

// newKit starts the fakes.
func newKit(listen string, c config) (*kit, error) {
	cloud, err := fakecloud.New(listen)
	if err != nil {
		return nil, err
	}
	k := &kit{config: c, person: sam, cloud: cloud, signIns: map[string]*oauth.Server{}}
	if slices.Contains(c.early, "wrong-account") {
		k.person = alex
	}
	if err := k.serve(); err != nil {
		cloud.Close()
		return nil, err
	}
	if slices.Contains(c.early, "paged-listings") {
		k.drive.Page(2)
		k.dropbox.Page, k.graphs[0].Page, k.graphs[1].Page, k.apple.Page = 2, 2, 2, 2
	}
	k.drive.Off(drive.NoOverwrite) // only our own backups must do without
	if c.lenient {
		k.dropbox.Off(dropbox.HeadersASCII)      // the service takes UTF-8 in headers
		k.graphs[0].Break(graph.NoTokenAtUpload) // the service lets a token at an upload address pass
	}
	return k, nil
}

// serve adds the fakes to the proxy.
func (k *kit) serve() error {
	apple := cloudkit.Container{ID: container, APIToken: clientID}
	own := oauth.Client{ID: clientID, Secret: secret}
	public := oauth.Client{ID: clientID + "-public"}
	clients := map[string][]oauth.Client{"google": {own}, "dropbox": {own, public}, "onedrive": {own, public}}
	for _, text := range k.clients {
		name, id, ok := strings.Cut(text, "=")
		id, secret, _ := strings.Cut(id, ":")
		switch {
		case ok && name == "icloud":
			apple.ID, apple.APIToken = id, secret
		case ok && clients[name] != nil:
			clients[name] = append(clients[name], oauth.Client{ID: id, Secret: secret})
		default:
			return usageError{fmt.Errorf("--client %q is not google=ID:SECRET, dropbox=ID, onedrive=ID or icloud=CONTAINER:APITOKEN", text)}
		}
	}
	people := []oauth.Account{{Email: sam, Name: "Sam"}, {Email: alex, Name: "Alex"}}
	if k.person == alex {
		slices.Reverse(people)
	}
	for name, p := range map[string]oauth.Provider{"google": oauth.Google(own), "dropbox": oauth.Dropbox(own), "onedrive": oauth.Microsoft(own)} {
		p.Clients, p.Redirect = clients[name], k.takes(p.Redirect)
		k.signIns[name] = oauth.New(k.cloud, p, people...)
	}
	k.drive = drive.New(k.cloud, k.signIns["google"])
	k.dropbox = dropbox.New(k.cloud, k.signIns["dropbox"])
	first := graph.New(k.cloud, k.signIns["onedrive"], sam)
	k.graphs = []*graph.Drive{first, first.Another(alex)}
	k.apple = cloudkit.New(k.cloud, apple)
	return nil
}

// takes tells which redirects are accepted: those registered on the command line, or any
// address of this computer.
func (k *kit) takes(usual func(oauth.Client, *url.URL) bool) func(oauth.Client, *url.URL) bool {
	return func(c oauth.Client, uri *url.URL) bool {
		c.Redirects = k.redirects
		ip := net.ParseIP(uri.Hostname())
		here := uri.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
		return slices.Contains(k.redirects, uri.String()) || usual(c, uri) || len(k.redirects) == 0 && here
	}
}

// on turns a behaviour on.
func (k *kit) on(name string) {
	if b := find(name); b.do != nil {
		b.do(k)
	}
}

func (k *kit) each(do func(p *provider)) {
	for _, p := range providers {
		do(p)
	}
}

// often spoils requests for files of a provider: of those that match the first, and then every
// nth. A nil match is all.
func (k *kit) often(p *provider, match func(r *http.Request) bool, f fakecloud.Fault) {
	k.oftenAt(func(r *http.Request) bool { return p.serves(r) && (match == nil || match(r)) }, f)
}

func (k *kit) oftenAt(match func(r *http.Request) bool, f fakecloud.Fault) {
	seen := -1 // the Cloud asks one request after the other
	f.Times = -1
	f.Match = func(r *http.Request) bool {
		if !match(r) {
			return false
		}
		seen++
		return seen%k.every == 0
	}
	k.cloud.Fail(f)
}
