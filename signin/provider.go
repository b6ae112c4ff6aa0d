package signin

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2"
)

// A Provider is a cloud that people have accounts with.
type Provider string

// The providers. Their sources are listed in docs/providers/signin.md.
const (
	Google    Provider = "google"    // for Google Drive
	Dropbox   Provider = "dropbox"   // for Dropbox
	Microsoft Provider = "microsoft" // for OneDrive
)

// Providers lists all of them.
var Providers = []Provider{Google, Dropbox, Microsoft}

// GoogleAppFolder is the scope of the hidden folder of an app in Google Drive, for
// [Request].Scopes. Google deletes that folder when the person disconnects the app.
const GoogleAppFolder = "https://www.googleapis.com/auth/drive.appdata"

// provider is what differs between them.
type provider struct {
	title string

	auth, token string            // endpoints (RFC 6749 §3); "TENANT" stands for the client's tenant
	params      map[string]string // sent with every authorization request
	again       map[string]string // sent when the account is not known yet
	hint        bool              // takes login_hint, the e-mail address of the known account

	scopes []string // asked for
	needed []string // and those without which nothing works
	prefix string   // which the provider may put before a scope in its answer

	hosts []string // of its API: they and nobody else get the access token
	ports []int    // for the redirect, where every port must be registered; any port if empty
	local string   // host of the redirect, as the provider wants it written

	secret   bool // an installed app has a client secret, which is not confidential
	tenants  []string
	identify func(identity) (subject, email string, err error)
	console  string // where client ids are made
	manage   string // where a person sees and removes programs
}

var providers = map[Provider]*provider{
	Google: {
		title:  "Google",
		auth:   "https://accounts.google.com/o/oauth2/v2/auth",
		token:  "https://oauth2.googleapis.com/token",
		params: map[string]string{"access_type": "offline", "prompt": "consent"}, // both, or no refresh token the second time
		hint:   true,

		// The files that this program made, and no other file of the person's.
		scopes: []string{"https://www.googleapis.com/auth/drive.file"},
		needed: []string{"https://www.googleapis.com/auth/drive.file"},

		hosts: []string{"www.googleapis.com"},
		local: "127.0.0.1",

		secret:   true,
		identify: identifyGoogle,
		console:  "https://console.cloud.google.com/apis/credentials",
		manage:   "https://myaccount.google.com/connections",
	},
	Dropbox: {
		title:  "Dropbox",
		auth:   "https://www.dropbox.com/oauth2/authorize",
		token:  "https://api.dropboxapi.com/oauth2/token",
		params: map[string]string{"token_access_type": "offline"},

		scopes: []string{"account_info.read", "files.content.read", "files.content.write", "files.metadata.read"},
		needed: []string{"files.content.read", "files.content.write", "files.metadata.read"},

		// Not notify.dropboxapi.com, which wants no token.
		hosts: []string{"api.dropboxapi.com", "content.dropboxapi.com"},
		ports: []int{53690, 53691, 53692}, // compared exactly with those registered
		local: "127.0.0.1",

		identify: identifyDropbox,
		console:  "https://www.dropbox.com/developers/apps",
		manage:   "https://www.dropbox.com/account/connected_apps",
	},
	Microsoft: {
		title: "Microsoft",
		auth:  "https://login.microsoftonline.com/TENANT/oauth2/v2.0/authorize",
		token: "https://login.microsoftonline.com/TENANT/oauth2/v2.0/token",
		again: map[string]string{"prompt": "select_account"},
		hint:  true,

		// The app's own folder; to stay signed in; and to know who it is.
		scopes: []string{"Files.ReadWrite.AppFolder", "offline_access", "openid", "email"},
		needed: []string{"Files.ReadWrite.AppFolder"}, // the others are not listed in the answer
		prefix: "https://graph.microsoft.com/",

		hosts: []string{"graph.microsoft.com"},
		local: "localhost", // registered as http://localhost, for which any port will do

		tenants:  []string{"common", "consumers", "organizations"}, // the first unless the client says
		identify: identifyMicrosoft,
		console:  "https://entra.microsoft.com",
		manage:   "https://account.live.com/consent/Manage",
	},
}

// String names the provider for people.
func (p Provider) String() string {
	if d := providers[p]; d != nil {
		return d.title
	}
	return p.key()
}

// key is how the provider is written in files and errors.
func (p Provider) key() string { return fmt.Sprintf("%.20q", string(p)) }

// ManageURL is the provider's page on which a person sees the programs that have access,
// and takes it away.
func (p Provider) ManageURL() string {
	if d := providers[p]; d != nil {
		return d.manage
	}
	return ""
}

// ConsoleURL is the provider's page on which client ids are made.
func (p Provider) ConsoleURL() string {
	if d := providers[p]; d != nil {
		return d.console
	}
	return ""
}

// RedirectURLs are the addresses to register with a client id. Google wants none for a
// desktop app.
func (p Provider) RedirectURLs() (all []string) {
	switch d := providers[p]; {
	case d == nil, p == Google:
	case len(d.ports) == 0:
		all = []string{"http://" + d.local}
	default:
		for _, port := range d.ports {
			all = append(all, fmt.Sprintf("http://%s:%d/", d.local, port))
		}
	}
	return all
}

// takes tells whether the access token may be sent to u.
func (d *provider) takes(u *url.URL) bool {
	return u.Scheme == "https" && (u.Port() == "" || u.Port() == "443") && slices.Contains(d.hosts, strings.ToLower(u.Hostname()))
}

// isAPI tells whether u belongs to the API of any provider.
func isAPI(u *url.URL) bool {
	for _, d := range providers {
		if d.takes(u) {
			return true
		}
	}
	return false
}

// missing returns those of the scopes wanted that an answer does not grant. One that does
// not speak of scopes grants what was asked for (RFC 6749 §5.1).
func (d *provider) missing(wanted []string, token *oauth2.Token) (missing []string) {
	granted, said := token.Extra("scope").(string)
	if !said {
		return nil
	}
	has := map[string]bool{}
	for _, scope := range strings.FieldsFunc(granted, func(r rune) bool { return r == ' ' || r == ',' }) {
		has[d.plain(scope)] = true
	}
	for _, scope := range wanted {
		if !has[d.plain(scope)] {
			missing = append(missing, scope)
		}
	}
	return missing
}

// plain is scope in one spelling.
func (d *provider) plain(scope string) string {
	return strings.ToLower(strings.TrimPrefix(scope, d.prefix))
}
