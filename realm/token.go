package realm

import (
	"crypto/sha256"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/golang-jwt/jwt/v5"
)

const (
	// maxToken bounds a token in bytes; a 4096-bit RSA signature fits with room to spare.
	maxToken = 2048
	// tokenLeeway forgives clocks that differ a little, as Juicebox does.
	tokenLeeway = 5 * time.Second
	// maxLifetime is the longest time between nbf and exp, as Juicebox's hardware realms
	// and its newer validator have it.
	maxLifetime = 24 * time.Hour
)

// TokenError says why a token was refused, in words that may be shown and logged: they
// contain nothing of the token.
type TokenError struct{ Reason string }

func (e *TokenError) Error() string { return "token refused: " + e.Reason }

func refuse(reason string) error { return &TokenError{reason} }

// A Caller is whom a verified token speaks for.
type Caller struct {
	Tenant string
	User   string // the token's subject, in whatever form the tenant chose
	Role   Role
}

// A verifier accepts the tokens of one realm.
type verifier struct {
	realm   string // the audience
	tenants Tenants
	builtIn bool // accept juicebox.Tenant
	cache   tokenCache
	last    atomic.Pointer[knownHeader]
}

// verify checks a token in every respect at time now. Its errors are [TokenError].
func (v *verifier) verify(token string, now time.Time) (Caller, error) {
	if len(token) > maxToken {
		return Caller{}, refuse("it is too long")
	}
	sum := sha256.Sum256([]byte(token))
	known, ok := v.cache.get(sum)
	if !ok {
		var err error
		if known, err = v.judge(token); err != nil {
			return Caller{}, err
		}
	}
	if err := known.holds(v.realm, now); err != nil {
		return Caller{}, err
	}
	if !ok {
		v.cache.put(sum, known)
	}
	return known.caller, nil
}

// judge checks everything of a token that does not depend on when and where it is shown.
func (v *verifier) judge(token string) (verified, error) {
	t, err := v.parseToken(token)
	if err != nil {
		return verified{}, err
	}
	key, caller, err := v.key(t)
	if err != nil {
		return verified{}, err
	}
	if t.header.Algorithm != key.method.Alg() {
		return verified{}, refuse("its algorithm is not that of its key")
	}
	if key.method.Verify(t.signed, t.signature, key.key) != nil {
		return verified{}, refuse("its signature does not hold")
	}
	return checkClaims(&t.claims, caller)
}

// key finds the key that the header names and whom it speaks for. For the built-in
// tenant the subject holds the keys, and the version says which of them signed: the
// record's id commits to both, so a subject of other keys is another record.
func (v *verifier) key(t *token) (tenantKey, Caller, error) {
	tenant, version, _ := strings.Cut(t.header.Key, ":")
	number, err := parseVersion(version)
	if err != nil {
		return tenantKey{}, Caller{}, refuse("its kid is not tenant:version")
	}
	if tenant == juicebox.Tenant && v.builtIn {
		return builtInKey(number, t.claims.Subject)
	}
	if key, ok := v.tenants[tenant][number]; ok {
		return key, Caller{Tenant: tenant, User: t.claims.Subject, Role: OwnerRole}, nil
	}
	if !tenantName.MatchString(tenant) {
		return tenantKey{}, Caller{}, refuse("its kid is not tenant:version")
	}
	return tenantKey{}, Caller{}, refuse("its tenant or key version is not known here")
}

func builtInKey(version uint64, subject string) (tenantKey, Caller, error) {
	owner, guess, err := juicebox.ParseTokenSubject(subject)
	if err != nil {
		return tenantKey{}, Caller{}, refuse("its subject is not two public keys")
	}
	caller := Caller{Tenant: juicebox.Tenant, User: subject}
	switch version {
	case juicebox.OwnerKeyVersion:
		caller.Role = OwnerRole
		return tenantKey{jwt.SigningMethodEdDSA, owner}, caller, nil
	case juicebox.GuessKeyVersion:
		caller.Role = GuessRole
		return tenantKey{jwt.SigningMethodEdDSA, guess}, caller, nil
	}
	return tenantKey{}, Caller{}, refuse("its tenant or key version is not known here")
}

// checkClaims is for the claims of a token whose signature holds. A vendor's token may lack scope
// and nbf, as the published realm accepts it.
func checkClaims(c *claims, caller Caller) (verified, error) {
	builtIn := caller.Tenant == juicebox.Tenant
	audits := c.Scope != nil && *c.Scope == "audit"
	switch {
	case c.Issuer != caller.Tenant:
		return verified{}, refuse("its issuer is not its tenant")
	case c.Subject == "" && !audits:
		return verified{}, refuse("it has no subject")
	case len(c.Audience) != 1:
		return verified{}, refuse(notThisRealm)
	case c.Scope == nil && builtIn, c.Scope != nil && *c.Scope != "user" && (builtIn || !audits):
		return verified{}, refuse("its scope is not user")
	case c.NotBefore == nil && builtIn:
		return verified{}, refuse("it does not say from when it holds")
	case c.Expires == nil:
		return verified{}, refuse("it does not say until when it holds")
	}
	if audits {
		caller.Role = AuditRole
	}
	return verified{caller: caller, audience: c.Audience[0], starts: c.NotBefore.time(), ends: c.Expires.time()}, nil
}

// bearer takes the token out of an Authorization header.
func bearer(header string) (string, error) {
	scheme, token, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", refuse("there is none")
	}
	return token, nil
}
