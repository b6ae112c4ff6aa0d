package realm

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/golang-jwt/jwt/v5"
)

var rawURL = base64.RawURLEncoding

// FuzzToken: any text at all. What is accepted is signed, bit for bit, by the very key that
// the subject and the key id name.
func FuzzToken(f *testing.F) {
	own := good(juicebox.Tenant, subject)
	for _, token := range []string{
		signed(jwt.SigningMethodEdDSA, "cloudseed:1", own, ownerKey),
		signed(jwt.SigningMethodEdDSA, "cloudseed:2", own, guessKey),
		signed(jwt.SigningMethodEdDSA, "cloudseed:1", own, guessKey),
		signed(jwt.SigningMethodHS256, "cloudseed:1", own, []byte(publicHalf(ownerKey))),
		signed(jwt.SigningMethodNone, "cloudseed:1", own, jwt.UnsafeAllowNoneSignatureType),
		signed(jwt.SigningMethodHS256, "acme:1", good("acme", "alice"), hmacSecret),
		"", ".", "..", "a.b.c", strings.Repeat("a", maxToken+1),
	} {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		v := verifier{realm: thisRealm.String(), builtIn: true}
		caller, err := v.verify(token, now)
		if err != nil {
			checkRefusal(t, token, err)
			return
		}
		owner, guess, err := juicebox.ParseTokenSubject(caller.User)
		key := map[Role]ed25519.PublicKey{OwnerRole: owner, GuessRole: guess}[caller.Role]
		at := strings.LastIndexByte(token, '.')
		signature, err2 := rawURL.Strict().DecodeString(token[at+1:])
		if err != nil || err2 != nil || !ed25519.Verify(key, []byte(token[:at]), signature) {
			t.Errorf("%q is accepted as %v", token, caller)
		}
		if again, err := v.verify(token, now); err != nil || again != caller {
			t.Errorf("%q at the second time: %v, %v", token, again, err)
		}
	})
}

// FuzzTokenClaims signs what it is given with the owner key, so that what stands behind the
// signature is reached. The signer is the owner of the record, or nobody is.
func FuzzTokenClaims(f *testing.F) {
	own := good(juicebox.Tenant, subject)
	for _, claims := range []jwt.MapClaims{
		own, with(own, "exp", nil), with(own, "exp", 1e300), with(own, "nbf", "now"), with(own, "aud", []string{thisRealm.String()}),
		with(own, "aud", []string{thisRealm.String(), "x"}), with(own, "scope", "audit"), with(own, "sub", subject+"="),
		with(own, "iss", "acme"), with(own, "nbf", -1e18),
		with(own, "exp", float64(now.Unix())+60.7), with(own, "aud", 1), with(own, "jti", "1"), with(own, "jti", 1), with(own, "iat", "now"),
	} {
		text, _ := json.Marshal(claims)
		f.Add([]byte(`{"alg":"EdDSA","kid":"cloudseed:1"}`), text)
	}
	f.Add([]byte(`{"ALG":"none","alg":"EdDSA","Kid":"cloudseed:1"}`), []byte(`{"EXP":1,"exp":null}`))
	f.Add([]byte(`{"alg":"none","kid":"cloudseed:1"}`), []byte(`{}`))
	f.Add([]byte(`{"alg":"EdDSA","kid":"cloudseed:2"}`), []byte(`{"sub":"","sub":1}`))
	f.Fuzz(func(t *testing.T, header, claims []byte) {
		text := rawURL.EncodeToString(header) + "." + rawURL.EncodeToString(claims)
		token := text + "." + rawURL.EncodeToString(ed25519.Sign(ownerKey, []byte(text)))
		v := verifier{realm: thisRealm.String(), builtIn: true}
		caller, err := v.verify(token, now)
		if err != nil {
			checkRefusal(t, token, err)
			return
		}
		owner, guess, err := juicebox.ParseTokenSubject(caller.User)
		key := map[Role]ed25519.PublicKey{OwnerRole: owner, GuessRole: guess}[caller.Role]
		if err != nil || caller.Tenant != juicebox.Tenant || !publicHalf(ownerKey).Equal(key) {
			t.Errorf("%s . %s is accepted as %v", header, claims, caller)
		}
		if err := byLibrary(token, publicHalf(ownerKey), caller.User); err != nil {
			t.Errorf("%s . %s is accepted, but not by the library: %v", header, claims, err)
		}
		if _, err := v.verify(token, now.Add(maxLifetime+time.Hour)); err == nil {
			t.Errorf("%s . %s holds for more than a day", header, claims)
		}
	})
}

// byLibrary verifies a token with the library's own parser, which must accept it too.
func byLibrary(token string, key any, subject string) error {
	parser := jwt.NewParser(jwt.WithTimeFunc(func() time.Time { return now }), jwt.WithLeeway(tokenLeeway),
		jwt.WithExpirationRequired(), jwt.WithStrictDecoding(), jwt.WithAudience(thisRealm.String()), jwt.WithIssuer(juicebox.Tenant))
	var claims jwt.RegisteredClaims
	_, err := parser.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return key, nil })
	if err == nil && claims.Subject != subject {
		err = errors.New("it is of another subject")
	}
	return err
}

// checkRefusal wants fixed words, in which nothing of the token stands.
func checkRefusal(t *testing.T, token string, err error) {
	if _, ok := err.(*TokenError); !ok || len(err.Error()) > 80 {
		t.Errorf("%q: %v", token, err)
	}
}

func signed(method jwt.SigningMethod, kid string, claims jwt.MapClaims, key any) string {
	token := jwt.NewWithClaims(method, claims)
	token.Header["kid"] = kid
	text, err := token.SignedString(key)
	if err != nil {
		panic(err)
	}
	return text
}
