package oauth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// token is the token endpoint (RFC 6749 §3.2).
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	isForm := r.Method == http.MethodPost && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	if !isForm && s.on(FormPosted) {
		refuse(w, http.StatusBadRequest, "invalid_request", "post a form")
		return
	}
	if r.URL.RawQuery != "" && s.on(SecretsInBody) { // secrets do not belong into addresses
		refuse(w, http.StatusBadRequest, "invalid_request", "parameters belong into the body")
		return
	}
	client, ok := s.client(r)
	if !ok {
		refuse(w, http.StatusUnauthorized, "invalid_client", "The OAuth client was not found, or its secret is wrong.")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.PostFormValue("grant_type") {
	case "authorization_code":
		s.byCode(w, r, client)
	case "refresh_token":
		s.byRefresh(w, r, client)
	default:
		if s.off[GrantKnown] {
			s.give(w, s.anybody(), s.issue(s.anybody(), false))
			return
		}
		refuse(w, http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type")
	}
}

// client returns the app that asks, if its secret is right.
func (s *Server) client(r *http.Request) (Client, bool) {
	id, secret, ok := r.BasicAuth()
	if !ok {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	i := slices.IndexFunc(s.Clients, func(c Client) bool { return c.ID == id && c.ID != "" })
	switch {
	case !s.on(SecretChecked):
		return Client{ID: id}, true
	case i < 0 || s.Clients[i].Secret != secret:
		return Client{}, false
	}
	return s.Clients[i], true
}

// byCode trades a code for tokens. A code that comes twice ends what the first one gave
// (RFC 6749 §4.1.2).
func (s *Server) byCode(w http.ResponseWriter, r *http.Request, client Client) {
	c := s.codes[r.PostFormValue("code")]
	if c != nil && c.used && !s.off[CodeStolen] {
		c.grant.revoked = true
	}
	if c == nil || c.used && !s.off[CodeOnce] || c.grant.Client != client.ID && !s.off[CodeBound] ||
		!s.cloud.Now().Before(c.expiry) && !s.off[CodeExpires] {
		refuse(w, http.StatusBadRequest, "invalid_grant", "Malformed auth code.")
		return
	}
	c.used = true
	if c.redirect != r.PostFormValue("redirect_uri") && !s.off[RedirectSame] {
		refuse(w, http.StatusBadRequest, "redirect_uri_mismatch", "Bad Request")
		return
	}
	if !proves(r.PostFormValue("code_verifier"), c.challenge) && !s.off[VerifierChecked] {
		refuse(w, http.StatusBadRequest, "invalid_grant", "Invalid code verifier.")
		return
	}
	s.give(w, c.grant, s.issue(c.grant, c.offline))
}

// proves is the check of PKCE (RFC 7636 §4.6).
func proves(verifier, challenge string) bool {
	sum := sha256.Sum256([]byte(verifier))
	got := base64.RawURLEncoding.EncodeToString(sum[:])
	return len(verifier) >= 43 && len(verifier) <= 128 && subtle.ConstantTimeCompare([]byte(got), []byte(challenge)) == 1
}

func (s *Server) byRefresh(w http.ResponseWriter, r *http.Request, client Client) {
	old := r.PostFormValue("refresh_token")
	t := s.refresh[old]
	if t == nil && s.off[RefreshKnown] {
		t = &token{grant: s.anybody()}
	}
	if t == nil || s.ended(t.grant) || t.grant.Client != client.ID && !s.off[RefreshBound] || s.over(t) && !s.off[RefreshExpires] {
		refuse(w, http.StatusBadRequest, "invalid_grant", "Token has been expired or revoked.")
		return
	}
	if s.Rotate && s.OldDies && !s.off[RefreshTurns] {
		delete(s.refresh, old)
	}
	s.give(w, t.grant, s.issue(t.grant, s.Rotate))
}

func (s *Server) give(w http.ResponseWriter, g *Grant, t Tokens) {
	answer := map[string]any{
		"access_token": t.Access, "token_type": "Bearer",
		"expires_in": int(t.Expiry.Sub(s.cloud.Now()).Round(time.Second) / time.Second),
	}
	if !s.off[ScopeTold] {
		answer["scope"] = strings.Join(g.Scopes, " ")
	}
	if t.Refresh != "" {
		answer["refresh_token"] = t.Refresh
	}
	if id := s.idToken(g); id != "" {
		answer["id_token"] = id
	}
	reply(w, http.StatusOK, answer)
}

// revoke ends a grant (RFC 7009, and Dropbox's own way).
func (s *Server) revoke(w http.ResponseWriter, r *http.Request) {
	name := r.PostFormValue("token")
	if s.RevokeByBearer {
		name, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.refresh[name]
	if t == nil {
		t = s.access[name]
	}
	known := t != nil && !s.ended(t.grant)
	switch {
	case r.Method != http.MethodPost && !s.off[RevokePosted]:
		refuse(w, http.StatusMethodNotAllowed, "invalid_request", "post it")
	case !known && s.off[RevokedTold]:
		reply(w, http.StatusOK, map[string]any{})
	case !known && s.RevokeByBearer:
		refuse(w, http.StatusUnauthorized, "invalid_access_token", "")
	case !known:
		refuse(w, http.StatusBadRequest, "invalid_token", "Token expired or revoked")
	default:
		t.grant.revoked = true
		delete(s.allowed, t.grant.Client+" "+t.grant.Account.Email)
		reply(w, http.StatusOK, map[string]any{})
	}
}

func refuse(w http.ResponseWriter, status int, code, description string) {
	reply(w, status, map[string]any{"error": code, "error_description": description})
}

func reply(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(answer)
}
