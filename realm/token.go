package realm

import (
	"errors"
	"strings"
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
}

// claims are what Juicebox puts into a token. Audience and issuer are checked by hand,
// since there must be exactly one of each.
type claims struct {
	jwt.RegisteredClaims
	Scope *string `json:"scope"`
}

// verify checks a token in every respect at time now. Its errors are [TokenError].
func (v *verifier) verify(token string, now time.Time) (Caller, error) {
	if len(token) > maxToken {
		return Caller{}, refuse("it is too long")
	}
	if known, ok := v.cache.get(token); ok {
		if err := known.holds(v.realm, now); err != nil {
			return Caller{}, err
		}
		return known.caller, nil
	}
	var c claims
	var caller Caller
	parser := jwt.NewParser(
		jwt.WithTimeFunc(func() time.Time { return now }),
		jwt.WithLeeway(tokenLeeway), jwt.WithExpirationRequired(), jwt.WithStrictDecoding())
	_, err := parser.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) {
		key, who, err := v.key(t, &c)
		if err != nil {
			return nil, err
		}
		caller = who
		if t.Method.Alg() != key.method.Alg() {
			return nil, refuse("its algorithm is not that of its key")
		}
		return key.key, nil
	})
	if err != nil {
		return Caller{}, tokenError(err)
	}
	if err := v.check(&c, caller.Tenant, now); err != nil {
		return Caller{}, err
	}
	if audits(&c) {
		caller.Role = AuditRole
	}
	good := verified{caller: caller, audience: c.Audience[0], ends: c.ExpiresAt.Time}
	if c.NotBefore != nil {
		good.starts = c.NotBefore.Time
	}
	v.cache.put(token, good)
	return caller, nil
}

// key finds the key that the header names and whom it speaks for. For the built-in
// tenant the subject holds the keys, and the version says which of them signed: the
// record's id commits to both, so a subject of other keys is another record.
func (v *verifier) key(t *jwt.Token, c *claims) (tenantKey, Caller, error) {
	kid, _ := t.Header["kid"].(string)
	tenant, version, _ := strings.Cut(kid, ":")
	number, err := parseVersion(version)
	if err != nil || !tenantName.MatchString(tenant) {
		return tenantKey{}, Caller{}, refuse("its kid is not tenant:version")
	}
	if tenant == juicebox.Tenant && v.builtIn {
		return builtInKey(number, c.Subject)
	}
	key, ok := v.tenants[tenant][number]
	if !ok {
		return tenantKey{}, Caller{}, refuse("its tenant or key version is not known here")
	}
	return key, Caller{Tenant: tenant, User: c.Subject, Role: OwnerRole}, nil
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

// check is for what Juicebox asks of a token beyond JWT (signature, exp and nbf are
// checked). A vendor's token may lack scope and nbf, as the published realm accepts it.
func (v *verifier) check(c *claims, tenant string, now time.Time) error {
	builtIn := tenant == juicebox.Tenant
	starts := now
	if c.NotBefore != nil {
		starts = c.NotBefore.Time
	}
	switch {
	case c.Issuer != tenant:
		return refuse("its issuer is not its tenant")
	case c.Subject == "" && !audits(c):
		return refuse("it has no subject")
	case len(c.Audience) != 1 || c.Audience[0] != v.realm:
		return refuse("it is not for this realm alone")
	case c.Scope == nil && builtIn, c.Scope != nil && *c.Scope != "user" && (builtIn || !audits(c)):
		return refuse("its scope is not user")
	case c.NotBefore == nil && builtIn:
		return refuse("it does not say from when it holds")
	case c.ExpiresAt.Sub(starts) > maxLifetime+tokenLeeway:
		return refuse("it holds for more than a day")
	}
	return nil
}

// audits tells whether the token is for the tenant's log, and so for no record.
func audits(c *claims) bool { return c.Scope != nil && *c.Scope == "audit" }

// tokenError turns the library's errors, which can quote the token, into fixed words.
func tokenError(err error) error {
	if refused, ok := errors.AsType[*TokenError](err); ok {
		return refused
	}
	for _, known := range []struct {
		err    error
		reason string
	}{
		{jwt.ErrTokenMalformed, "it is malformed"},
		{jwt.ErrTokenSignatureInvalid, "its signature does not hold"},
		{jwt.ErrTokenExpired, "it has expired"},
		{jwt.ErrTokenNotValidYet, "it does not hold yet"},
		{jwt.ErrTokenRequiredClaimMissing, "it does not say until when it holds"},
	} {
		if errors.Is(err, known.err) {
			return refuse(known.reason)
		}
	}
	return refuse("it is not valid")
}

// bearer takes the token out of an Authorization header.
func bearer(header string) (string, error) {
	scheme, token, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", refuse("there is none")
	}
	return token, nil
}
