package realm

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// A token is a JSON Web Token as it came: three parts in base64url with dots between them.
// Nothing of it may be believed before its signature was verified.
type token struct {
	header    header
	claims    claims
	signed    string // the first two parts
	signature []byte
}

type header struct{ Algorithm, Key string }

// UnmarshalJSON wants the names exactly so, as jwt.Parser does: into a struct, package json takes "Alg" for alg.
func (h *header) UnmarshalJSON(text []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return err
	}
	return errors.Join(json.Unmarshal(members["alg"], &h.Algorithm), json.Unmarshal(members["kid"], &h.Key))
}

// claims are what Juicebox puts into a token. Others are passed over.
type claims struct {
	Issuer    string           `json:"iss"`
	Subject   string           `json:"sub"`
	Audience  jwt.ClaimStrings `json:"aud"` // a text or a list: there must be exactly one
	Scope     *string          `json:"scope"`
	IssuedAt  *seconds         `json:"iat"`
	NotBefore *seconds         `json:"nbf"`
	Expires   *seconds         `json:"exp"`
	ID        string           `json:"jti"`
}

// seconds since 1970, perhaps with a fraction, which is cut off.
type seconds float64

// maxSeconds is in the year 36812.
const maxSeconds = 1 << 40

// time is the zero time for nil.
func (s *seconds) time() time.Time {
	if s == nil {
		return time.Time{}
	}
	return time.Unix(int64(*s), 0)
}

func (s *seconds) impossible() bool { return s != nil && (*s < 0 || *s > maxSeconds) }

var errToken = refuse("it is malformed")

// parseToken takes a token apart. It does not use jwt.Parser, which decodes the header into
// a map and times in three steps: a verification took twice as long.
func (v *verifier) parseToken(text string) (*token, error) {
	header, rest, ok1 := strings.Cut(text, ".")
	claims, signature, ok2 := strings.Cut(rest, ".")
	if !ok1 || !ok2 {
		return nil, errToken
	}
	t := &token{signed: text[:len(text)-len(signature)-1]}
	var err error
	if t.signature, err = decodePart(signature); err != nil {
		return nil, errToken
	}
	if t.header, err = v.parseHeader(header); err != nil || !decodeJSON(claims, &t.claims) {
		return nil, errToken
	}
	for _, s := range []*seconds{t.claims.IssuedAt, t.claims.NotBefore, t.claims.Expires} {
		if s.impossible() {
			return nil, errToken
		}
	}
	return t, nil
}

// A knownHeader is one as it came and as it was read.
type knownHeader struct {
	text string
	header
}

// parseHeader remembers the last one: most tokens have the same.
func (v *verifier) parseHeader(text string) (header, error) {
	if last := v.last.Load(); last != nil && last.text == text {
		return last.header, nil
	}
	known := knownHeader{text: text}
	if !decodeJSON(text, &known.header) {
		return header{}, errToken
	}
	v.last.Store(&known)
	return known.header, nil
}

// decodePart refuses what has more than one text: line breaks, padding, stray bits.
func decodePart(part string) ([]byte, error) {
	if strings.ContainsAny(part, "\r\n") { // which package base64 passes over
		return nil, errToken
	}
	return base64.RawURLEncoding.Strict().DecodeString(part)
}

func decodeJSON(part string, value any) bool {
	text, err := decodePart(part)
	return err == nil && json.Unmarshal(text, value) == nil
}
