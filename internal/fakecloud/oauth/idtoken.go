package oauth

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
)

// idToken says who signed in, to an app that asked for openid (OpenID Connect Core §2).
// Its signature is not a real one: an app has it from the token endpoint and needs none.
func (s *Server) idToken(g *Grant) string {
	if !g.Has("openid") && !s.off[IdentityAsked] {
		return ""
	}
	subject := sha256.Sum256([]byte(g.Client + " " + g.Account.Email))
	claims := map[string]any{
		"iss": "https://" + s.Auth, "aud": g.Client, "sub": hex.EncodeToString(subject[:16]),
		"iat": s.cloud.Now().Unix(), "exp": s.cloud.Now().Add(s.Life).Unix(),
	}
	if g.Has("email") {
		claims["email"] = g.Account.Email
	}
	payload, _ := json.Marshal(claims)
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + encode(payload) + "." + encode(subject[:])
}
