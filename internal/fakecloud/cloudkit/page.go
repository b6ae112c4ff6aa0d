package cloudkit

import (
	"html/template"
	"net/http"
	"net/url"
)

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Sign in (a fake of Apple's page)</title>
<h1>Sign in (a fake of Apple's page)</h1>
<form method="post" action="{{.}}">
<p><label>Apple Account <input name="account" autofocus></label>
<p><label><input type="checkbox" name="keep" value="yes"> Keep me signed in</label>
<p><button>Sign in</button>
</form></html>
`))

// servePage is the page that a 421 leads to. It takes any account.
func (s *Server) servePage(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/IDMSWebAuth/auth" || r.URL.Query().Get("oauth_token") == "" {
		http.NotFound(w, r)
		return
	}
	account := r.PostFormValue("account")
	if r.Method != "POST" || account == "" {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		page.Execute(w, r.URL.RequestURI())
		return
	}
	back, err := url.Parse(s.container.Callback)
	if err != nil {
		http.Error(w, "the Sign In Callback is no address", http.StatusInternalServerError)
		return
	}
	q := back.Query()
	q.Set("ckWebAuthToken", s.SignIn(account, r.PostFormValue("keep") != ""))
	back.RawQuery = q.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}
