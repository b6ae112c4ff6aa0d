package main

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// tokenCases are tokens shown to realm 1 at the time of the vectors. The keys in each vector are
// those that its good claims name.
func tokenCases() (all []*vector) {
	add := func(name, expect, comment, role, token string) {
		all = append(all, &vector{name: "token_" + name, Kind: "token", Expect: expect, Comment: comment, Role: role,
			Token: token, Realm: realmID(1), Time: start, OwnerSeed: owner.Seed(), GuessSeed: guess.Seed()})
	}
	good := goodClaims(1)
	ownerHeader, guessHeader := header("EdDSA", "cloudseed:1"), header("EdDSA", "cloudseed:2")
	byOwner := func(c claims) string { return signed(owner, ownerHeader, c) }

	add("owner", "success", "the owner key", "owner", ownerToken(1))
	add("guess", "success", "the guess key", "guess", guessToken(1))
	for name, c := range map[string]struct {
		comment string
		claims  claims
	}{
		"expires_in_leeway": {"expired 4 seconds ago", good.with("exp", start-4)},
		"starts_in_leeway":  {"holds in 4 seconds", good.with("nbf", start+4)},
		"longest":           {"holds for a whole day", good.with("exp", start-600+86400)},
		"audience_list":     {"a list of one audience is one audience", good.with("aud", []string{hex.EncodeToString(realmID(1))})},
		"without_iat":       {"it need not say when it was made", good.with("iat", nil)},
		"unknown_claim":     {"a claim that nobody knows", good.with("tomorrow", true)},
	} {
		add(name, "success", c.comment, "owner", byOwner(c.claims))
	}

	refused := func(name, comment, token string) { add(name, "token", comment, "", token) }
	for name, c := range map[string]struct {
		comment string
		claims  claims
	}{
		"expired":        {"expired 6 seconds ago", good.with("exp", start-6)},
		"not_yet":        {"holds in 6 seconds", good.with("nbf", start+6)},
		"no_exp":         {"does not say until when", good.with("exp", nil)},
		"no_nbf":         {"does not say from when", good.with("nbf", nil)},
		"too_long":       {"holds for a day and six seconds", good.with("exp", start-600+86406)},
		"exp_text":       {"the time is a text", good.with("exp", "tomorrow")},
		"no_aud":         {"for no realm", good.with("aud", nil)},
		"other_aud":      {"for another realm", good.with("aud", hex.EncodeToString(realmID(2)))},
		"two_aud":        {"for two realms", good.with("aud", []string{hex.EncodeToString(realmID(1)), hex.EncodeToString(realmID(2))})},
		"aud_dashes":     {"the realm's id with dashes", good.with("aud", "00010000-0000-0000-0000-000000000000")},
		"no_iss":         {"no issuer", good.with("iss", nil)},
		"other_iss":      {"another issuer than its tenant", good.with("iss", "acme")},
		"no_scope":       {"no scope", good.with("scope", nil)},
		"audit_scope":    {"another scope", good.with("scope", "audit")},
		"no_sub":         {"no subject", good.with("sub", nil)},
		"sub_padded":     {"the subject with base64's padding", good.with("sub", good["sub"].(string)+"==")},
		"sub_line_break": {"the subject with a line break inside", good.with("sub", good["sub"].(string)[:40]+"\n"+good["sub"].(string)[40:])},
		"sub_one_key":    {"a subject of one key", good.with("sub", b64(public(owner)))},
		"sub_three_keys": {"a subject of three keys", good.with("sub", b64(join(public(owner), public(guess), public(guess))))},
		"sub_other_key":  {"a subject of keys that did not sign", good.with("sub", subject(public(madeKey("other")), public(guess)))},
		"sub_swapped":    {"a subject with the keys the other way round", good.with("sub", subject(public(guess), public(owner)))},
		"sub_stray_bits": {"the last character has bits that mean nothing", good.with("sub", strings.TrimRight(good["sub"].(string), good["sub"].(string)[85:])+stray(good["sub"].(string)))},
	} {
		refused(name, c.comment, byOwner(c.claims))
	}

	refused("guess_as_owner", "the guess key signs, the key id says owner", signed(guess, ownerHeader, good))
	refused("owner_as_guess", "the owner key signs, the key id says guess key", signed(owner, guessHeader, good))
	for name, kid := range map[string]any{"3": "cloudseed:3", "0": "cloudseed:0", "01": "cloudseed:01", "none": nil, "no_version": "cloudseed", "empty_version": "cloudseed:", "number": 1, "other_tenant": "acme:1", "capital": "Cloudseed:1"} {
		refused("kid_"+name, "another key id", signed(owner, header("EdDSA", kid), good))
	}
	for name, alg := range map[string]any{"es256": "ES256", "small": "eddsa", "missing": nil} {
		refused("alg_"+name, "another algorithm in the header, the signature is EdDSA's", signed(owner, header(alg, "cloudseed:1"), good))
	}
	none := unsigned(header("none", "cloudseed:1"), good)
	refused("alg_none", "no algorithm and no signature", none+".")
	hs := unsigned(header("HS256", "cloudseed:1"), good)
	mac := hmac.New(sha256.New, public(owner))
	mac.Write([]byte(hs))
	refused("alg_hs256", "HMAC with the public key as the secret", hs+"."+b64(mac.Sum(nil)))

	token := ownerToken(1)
	text, signature := token[:strings.LastIndexByte(token, '.')], token[strings.LastIndexByte(token, '.')+1:]
	raw := ed25519.Sign(owner, []byte(text))
	refused("unsigned", "an empty signature", text+".")
	refused("two_parts", "no signature", text)
	refused("four_parts", "a part more", token+".AAAA")
	refused("signature_cut", "a signature without its last byte", text+"."+b64(raw[:63]))
	refused("signature_changed", "one bit of the signature is another", text+"."+b64(append([]byte{raw[0] ^ 1}, raw[1:]...)))
	refused("signature_padded", "a signature with base64's padding", text+"."+signature+"==")
	refused("signature_of_another", "the signature of a token for another realm", text+"."+ownerToken(2)[strings.LastIndexByte(ownerToken(2), '.')+1:])
	refused("signature_not_reduced", "the second half of the signature is not less than the order", text+"."+b64(append(raw[:32:32], plusOrder(raw[32:])...)))
	refused("header_no_json", "the header is no JSON", signed(owner, "EdDSA", good))
	refused("claims_no_json", "the claims are no JSON", signed(owner, ownerHeader, "claims"))
	refused("too_large", "more than 2048 bytes", byOwner(good.with("x", strings.Repeat("x", 1400))))
	refused("empty", "no token", "")
	return all
}

// stray is the last character of a text in base64 with one of its unused bits set.
func stray(s string) string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(digits[strings.IndexByte(digits, s[len(s)-1])|1])
}
