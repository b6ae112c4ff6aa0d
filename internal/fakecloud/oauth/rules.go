package oauth

// A Rule is one thing that the sign-in insists on. RFC 6749 is OAuth 2.0, RFC 7636 is PKCE,
// RFC 8252 is about apps on a person's device.
type Rule string

// Rules of the page.
const (
	ClientKnown    Rule = "an app that is not registered is refused"        // RFC 6749 §4.1.2.1
	RedirectKnown  Rule = "a redirect that is not the app's is refused"     // RFC 6749 §3.1.2.3, RFC 8252 §7.3
	OnlyCode       Rule = "no response_type but code is answered"           // RFC 6749 §4.1.1
	PKCERequired   Rule = "a sign-in without PKCE by S256 is refused"       // RFC 7636 §4.3; stricter than the providers
	ScopesKnown    Rule = "unknown scopes, and none at Google, are refused" // RFC 6749 §4.1.2.1
	TicksCount     Rule = "a permission that was left out is not given"     // RFC 6749 §3.3
	CancelTold     Rule = "a person who cancels gives nothing"              // RFC 6749 §4.1.2.1
	AccountKnown   Rule = "an answer without an account of the person is refused"
	ScopeTold      Rule = "the answer tells which permissions were given"                     // RFC 6749 §5.1
	StateKept      Rule = "the state comes back as it was sent"                               // RFC 6749 §4.1.2
	OfflineAsked   Rule = "a refresh token is given only when it was asked for"               // each provider's pages
	RefreshAtFirst Rule = "Google gives a refresh token once, later with prompt=consent only" // developers.google.com/identity/protocols/oauth2
)

// Rules of the token endpoint.
const (
	FormPosted      Rule = "what is not a posted form is refused"            // RFC 6749 §3.2
	SecretsInBody   Rule = "parameters in the address are refused"           // RFC 6749 §2.3.1
	SecretChecked   Rule = "an app that does not prove itself is refused"    // RFC 6749 §3.2.1
	GrantKnown      Rule = "other grants than code and refresh are refused"  // RFC 6749 §5.2
	CodeOnce        Rule = "a code is good once"                             // RFC 6749 §4.1.2
	CodeStolen      Rule = "a code that comes twice ends what it gave"       // RFC 6749 §4.1.2
	CodeExpires     Rule = "a code is good for ten minutes"                  // RFC 6749 §4.1.2
	CodeBound       Rule = "a code is good for its own app only"             // RFC 6749 §4.1.3
	RedirectSame    Rule = "a code needs the redirect that it was sent to"   // RFC 6749 §4.1.3
	VerifierChecked Rule = "a code needs the verifier of its challenge"      // RFC 7636 §4.6
	RefreshKnown    Rule = "an unknown refresh token is refused"             // RFC 6749 §6
	RefreshBound    Rule = "a refresh token is good for its own app only"    // RFC 6749 §6
	RefreshExpires  Rule = "a refresh token ends where the provider says so" // RFC 6749 §6
	RefreshTurns    Rule = "where refresh tokens turn, the old one is dead"  // RFC 6749 §6; stricter than Microsoft
)

// Rules of what the tokens are good for.
const (
	BearerKnown   Rule = "an unknown access token is refused"                    // RFC 6750 §3.1
	BearerExpires Rule = "an access token ends"                                  // RFC 6750 §3.1
	GrantEnds     Rule = "what was revoked opens nothing"                        // RFC 7009 §2
	IdentityAsked Rule = "who signed in is told to an app that asked for openid" // OpenID Connect Core §3.1.2.1
	RevokedTold   Rule = "revoking what is not there is refused"                 // each provider's pages; RFC 7009 would take it
	RevokePosted  Rule = "revoking by anything but a POST is refused"            // RFC 7009 §2.1
)

// Rules are all of them.
var Rules = []Rule{
	ClientKnown, RedirectKnown, OnlyCode, PKCERequired, ScopesKnown, TicksCount, CancelTold, AccountKnown, ScopeTold, StateKept, OfflineAsked, RefreshAtFirst,
	FormPosted, SecretsInBody, SecretChecked, GrantKnown, CodeOnce, CodeStolen, CodeExpires, CodeBound, RedirectSame,
	VerifierChecked, RefreshKnown, RefreshBound, RefreshExpires, RefreshTurns,
	BearerKnown, BearerExpires, GrantEnds, IdentityAsked, RevokedTold, RevokePosted,
}

// Off switches rules off, so that tests can show that they would notice.
func (s *Server) Off(rules ...Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range rules {
		s.off[r] = true
	}
}

// on tells whether a rule holds. s.mu is not held.
func (s *Server) on(r Rule) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.off[r]
}
