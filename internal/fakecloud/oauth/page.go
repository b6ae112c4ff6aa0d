package oauth

import (
	"crypto/rand"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// codeLife is how long a code can be used.
const codeLife = 10 * time.Minute

// A code is what the browser brings back to the app.
type code struct {
	grant     *Grant
	redirect  string
	challenge string
	offline   bool
	expiry    time.Time
	used      bool
}

// A question is a sign-in that an app asks for.
type question struct {
	client    Client
	redirect  *url.URL
	scopes    []Scope
	state     string
	challenge string
	offline   bool
	again     bool // prompt=consent
}

// A Choice is what a person does on the page.
type Choice struct {
	Email  string   // "" is the account that is offered first
	Untick []string // scopes that are left out
	Cancel bool
}

// Answer does what a person does on the page at address, without a browser, and returns
// the address to which the browser would be sent.
func (s *Server) Answer(address string, c Choice) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	q, err := s.read(u.Query())
	if err != nil {
		return "", err
	}
	form := url.Values{"account": {c.Email}, "do": {"allow"}}
	if c.Email == "" {
		form.Set("account", s.accounts[0].Email)
	}
	if c.Cancel {
		form.Set("do", "cancel")
	}
	for _, scope := range q.scopes {
		if !slices.Contains(c.Untick, scope.Name) {
			form.Add("scope", scope.Name)
		}
	}
	client := s.cloud.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.PostForm(address, form)
	if err != nil {
		return "", err
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther {
		return "", fmt.Errorf("the sign-in page answers %s", resp.Status)
	}
	return resp.Header.Get("Location"), nil
}

// read checks what an app asks for. An error is shown to the person; it must not be sent
// to a redirect that is not the app's.
func (s *Server) read(v url.Values) (*question, error) {
	i := slices.IndexFunc(s.Clients, func(c Client) bool { return c.ID == v.Get("client_id") && c.ID != "" })
	q := &question{state: v.Get("state"), challenge: v.Get("code_challenge")}
	switch {
	case i >= 0:
		q.client = s.Clients[i]
	case s.on(ClientKnown):
		return nil, errors.New("invalid_client: the OAuth client was not found")
	}
	uri, err := url.Parse(v.Get("redirect_uri"))
	if err != nil || !s.Redirect(q.client, uri) && s.on(RedirectKnown) {
		return nil, errors.New("redirect_uri_mismatch: the redirect is not one of the app's")
	}
	q.redirect = uri
	if v.Get("response_type") != "code" && s.on(OnlyCode) {
		return nil, errors.New("unsupported_response_type: only code")
	}
	if (v.Get("code_challenge_method") != "S256" || len(q.challenge) != 43) && s.on(PKCERequired) {
		return nil, errors.New("invalid_request: PKCE with S256 is required")
	}
	if q.scopes, err = s.scopes(v.Get("scope")); err != nil {
		return nil, err
	}
	q.offline, q.again = s.Offline(v), strings.Contains(v.Get("prompt"), "consent")
	return q, nil
}

// scopes reads the scopes asked for; none are all, as at Dropbox.
func (s *Server) scopes(asked string) (scopes []Scope, err error) {
	if asked == "" {
		if s.Ticks && s.on(ScopesKnown) {
			return nil, errors.New("invalid_request: missing required parameter: scope")
		}
		return s.Scopes, nil
	}
	for _, name := range strings.Fields(asked) {
		i := slices.IndexFunc(s.Scopes, func(k Scope) bool { return k.Name == name })
		switch {
		case i >= 0:
			scopes = append(scopes, s.Scopes[i])
		case s.on(ScopesKnown):
			return nil, fmt.Errorf("invalid_scope: %s", name)
		}
	}
	return scopes, nil
}

// page shows the question (GET) and takes the answer (POST).
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	q, err := s.read(r.URL.Query())
	switch {
	case err != nil:
		w.WriteHeader(http.StatusBadRequest)
		refusedPage.Execute(w, map[string]any{"Provider": s.Name, "Why": err.Error()})
	case r.Method == http.MethodPost:
		s.decide(w, r, q)
	default:
		askPage.Execute(w, map[string]any{"Provider": s.Name, "Accounts": s.accounts, "Scopes": q.scopes, "Ticks": s.Ticks, "App": q.client.ID})
	}
}

// decide sends the browser back to the app.
func (s *Server) decide(w http.ResponseWriter, r *http.Request, q *question) {
	answer := url.Values{}
	if s.on(StateKept) {
		answer.Set("state", q.state)
	}
	i := slices.IndexFunc(s.accounts, func(a Account) bool { return a.Email == r.PostFormValue("account") })
	switch {
	case r.PostFormValue("do") != "allow" && s.on(CancelTold):
		answer.Set("error", "access_denied")
	case i < 0 && s.on(AccountKnown):
		http.Error(w, "choose an account", http.StatusBadRequest)
		return
	default:
		g := &Grant{Account: s.accounts[max(i, 0)], Client: q.client.ID}
		for _, scope := range q.scopes {
			if !s.Ticks || !s.on(TicksCount) || slices.Contains(r.PostForm["scope"], scope.Name) {
				g.Scopes = append(g.Scopes, scope.Name)
			}
		}
		answer.Set("code", s.newCode(q, g))
		answer.Set("scope", strings.Join(g.Scopes, " "))
	}
	back := *q.redirect
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusSeeOther)
}

func (s *Server) newCode(q *question, g *Grant) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := g.Client + " " + g.Account.Email
	first := !s.allowed[key]
	s.allowed[key] = true
	name := "code-" + rand.Text()
	s.codes[name] = &code{
		grant: g, redirect: q.redirect.String(), challenge: q.challenge, expiry: s.cloud.Now().Add(codeLife),
		offline: (q.offline || s.off[OfflineAsked]) && (!s.RefreshOnlyAtFirst || first || q.again || s.off[RefreshAtFirst]),
	}
	return name
}

const style = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Provider}}, a fake for tests</title>
<style>body{font:16px system-ui;max-width:26rem;margin:4rem auto;padding:0 1rem}label{display:block;margin:.6rem 0}button{font:inherit;padding:.5rem 1.2rem;margin-right:.6rem}small{color:#555}</style>
<small>A fake of {{.Provider}}, for tests. No real account is involved.</small>
`

var askPage = template.Must(template.New("ask").Parse(style + `<h1>Sign in with {{.Provider}}</h1>
<p>{{.App}} wants access to your account.
<form method="post">
<fieldset><legend>Choose an account</legend>
{{range $i, $a := .Accounts}}<label><input type="radio" name="account" value="{{$a.Email}}"{{if not $i}} checked{{end}}> {{$a.Name}} {{$a.Email}}</label>
{{end}}</fieldset>
<fieldset><legend>What it may do</legend>
{{range .Scopes}}<label>{{if $.Ticks}}<input type="checkbox" name="scope" value="{{.Name}}"> {{else}}• {{end}}{{.Label}}</label>
{{end}}</fieldset>
<p><button name="do" value="allow" id="allow">Allow</button><button name="do" value="cancel" id="cancel">Cancel</button>
</form>`))

var refusedPage = template.Must(template.New("refused").Parse(style + `<h1>Access blocked</h1><p>{{.Why}}`))
