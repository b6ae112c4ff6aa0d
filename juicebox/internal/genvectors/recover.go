package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"net/url"
	"os"

	"github.com/gtank/ristretto255"
	"golang.org/x/text/unicode/norm"
)

func sum(b []byte) []byte {
	h := sha256.Sum256(b)
	return h[:]
}

// A script says how a recovery goes.
type script struct {
	last   int         // the last phase that the client reaches, 1 to 3
	gone   map[int]int // realm to the last phase in which it is asked
	spent  map[int]int // guess_count that a realm answers; 1 unless given
	change func(phase, realm int, x *exchange)
	// fields changes the fields of an answer before it is encoded.
	fields func(phase, realm int, p pairs) pairs
}

// recover is the vector of a recovery.
func (w *world) recover(name, expect, comment string, s script) *vector {
	v := &vector{name: "recover_" + name, Kind: "recover", Expect: expect, Comment: comment, Stanza: w.stanza,
		Configuration: w.configuration(), PIN: w.typed, Info: sum(w.stanza), Time: start, Blinding: w.blinding.Bytes()}
	for i, r := range w.records {
		v.Records = append(v.Records, record{realmID(i + 1), message("Register2", r), ownerToken(i + 1)})
	}
	pin := norm.NFKC.Bytes([]byte(w.typed))
	accessKey, seed := stretch(pin, w.hashing, w.version, v.Info)
	output := oprfOutput(accessKey, times(w.keys[0], toGroup(accessKey)))
	d := sha512.Sum512(output)
	v.Steps = &steps{pin, accessKey, seed, output, d[32:], d[:32]}
	for phase := 1; phase <= s.last; phase++ {
		for i := 1; i <= w.n; i++ {
			if last, ok := s.gone[i]; ok && phase > last {
				continue
			}
			v.Exchanges = append(v.Exchanges, w.exchange(&s, phase, i, accessKey))
		}
	}
	if expect == "success" {
		v.Secret = w.secret
		if v.Secret == nil {
			v.Secret = hexBytes{}
		}
	}
	return v
}

func (w *world) exchange(s *script, phase, i int, accessKey []byte) exchange {
	u, err := url.Parse(w.address(i))
	if err != nil {
		panic(err)
	}
	x := exchange{Realm: realmID(i), URL: u.ResolveReference(&url.URL{Path: "req"}).String(), Token: guessToken(i), Status: 200}
	fields := func(p pairs) pairs {
		if s.fields != nil {
			return s.fields(phase, i, p)
		}
		return p
	}
	r := w.records[i-1]
	switch phase {
	case 1:
		x.Request = encode("Recover1")
		x.Answer = answer("Recover1", "Ok", fields(pairs{{"version", w.version}}))
	case 2:
		blinded := times(w.blinding, toGroup(accessKey))
		x.Request = message("Recover2", pairs{{"version", w.version}, {"oprf_blinded_input", blinded.Bytes()}})
		x.Answer = answer("Recover2", "Ok", fields(w.evaluation(s, i, blinded)))
	case 3:
		x.Request = message("Recover3", pairs{{"version", w.version}, {"unlock_key_tag", w.tag(i)}})
		x.Answer = answer("Recover3", "Ok", fields(pairs{*r.at("encryption_key_scalar_share"), *r.at("encrypted_secret"), *r.at("encrypted_secret_commitment")}))
	}
	if s.change != nil {
		s.change(phase, i, &x)
	}
	return x
}

// evaluation is what realm i answers to Recover2.
func (w *world) evaluation(s *script, i int, blinded *ristretto255.Element) pairs {
	result, c, z := prove(w.keys.at(i), madeScalar("proof "+string(rune('0'+i))), blinded)
	spent := 1
	if n, ok := s.spent[i]; ok {
		spent = n
	}
	return pairs{
		{"oprf_signed_public_key", w.records[i-1].at("oprf_signed_public_key").value.(pairs).clone()},
		{"oprf_blinded_result", result.Bytes()},
		{"oprf_proof", pairs{{"c", c.Bytes()}, {"beta_z", z.Bytes()}}},
		*w.records[i-1].at("unlock_key_commitment"),
		{"num_guesses", w.guesses},
		{"guess_count", spent},
	}
}

// down is a realm that gives no answer, from some phase on.
func down(realms ...int) func(int, int, *exchange) {
	return func(_, i int, x *exchange) {
		for _, r := range realms {
			if r == i {
				x.Status, x.Answer = 503, nil
			}
		}
	}
}

func recoverCases() (all []*vector) {
	success := func(name, comment string, w *world, s script) *vector {
		s.last = 3
		v := w.build().recover(name, "success", comment, s)
		all = append(all, v)
		return v
	}
	const file = "envelope/testdata/vectors/wallet"
	w := newWorld(2, 3)
	w.stanza, w.hashing = stanzaOf(file), "Standard2019"
	w.address = func(i int) string { return "https://" + string(rune('0'+i)) + ".example/" }
	success("file", "the vault key of a backup file, with the PIN hashing that is in use; the secret opens the file", w, script{}).File = file

	success("1_of_1", "one realm", newWorld(1, 1), script{})
	success("2_of_3", "two of three realms are enough, all answer", newWorld(2, 3), script{})
	success("2_of_3_down", "the first realm is down, so the shares with the numbers 2 and 3 are combined", newWorld(2, 3), script{change: down(1), gone: map[int]int{1: 1}})
	success("3_of_3", "all realms are needed", newWorld(3, 3), script{})
	success("3_of_5_down", "two of five are down", newWorld(3, 5), script{change: down(2, 4), gone: map[int]int{2: 1, 4: 1}})
	success("other_version_left_alone", "the third realm has another registration: no guess is spent there", newWorld(2, 3), script{gone: map[int]int{3: 1},
		fields: func(_, i int, p pairs) pairs {
			if i == 3 {
				return p.with(made("other version")[:16], "version")
			}
			return p
		}})
	success("one_not_registered", "the second realm has forgotten it", newWorld(2, 3), script{gone: map[int]int{2: 1}, change: func(_, i int, x *exchange) {
		if i == 2 {
			x.Answer = answer("Recover1", "NotRegistered", nil)
		}
	}})
	success("one_bad_part", "the part of the first realm is not the one registered, the others are enough", newWorld(2, 3), script{fields: func(phase, i int, p pairs) pairs {
		if phase == 3 && i == 1 {
			return p.with(flip(p, "encrypted_secret_commitment"), "encrypted_secret_commitment")
		}
		return p
	}})
	success("more_to_say", "answers with a field that this version does not know", newWorld(1, 1), script{fields: func(_, _ int, p pairs) pairs {
		return append(p, pair{"tomorrow", []byte{1}})
	}})
	success("last_guess", "the right PIN with the last guess", newWorld(1, 1), script{spent: map[int]int{1: 10}})

	for name, pin := range map[string][3]string{
		"decomposed": {"caf\u00e9 sombre", "cafe\u0301 sombre", "an accent typed as a character of its own"},
		"fullwidth":  {"271828", "\uff12\uff17\uff11\uff18\uff12\uff18", "digits of another width"},
		"ligature":   {"office", "o\ufb03ce", "a ligature"},
		"spaces":     {" 2 7 ", " 2\u00a07 ", "spaces stay; one that does not break is a space"},
	} {
		w := newWorld(1, 1)
		w.pin, w.typed = pin[0], pin[1]
		success("pin_"+name, pin[2], w, script{})
	}
	for name, secret := range map[string][]byte{"empty": {}, "longest": bytes.Repeat([]byte{0xa5}, 128)} {
		w := newWorld(1, 1)
		w.secret = secret
		success("secret_"+name, "a secret of another length than a vault key", w, script{})
	}
	for name, guesses := range map[string]int{"one": 1, "most": 65535} {
		w := newWorld(1, 1)
		w.guesses = guesses
		success("guesses_"+name, "guesses at the end of what is possible", w, script{})
	}
	w = newWorld(1, 1)
	w.address = func(int) string { return "https://1.example:8443/a/b" }
	success("address_path", "req is joined to the address as a relative reference", w, script{})
	return all
}

func flip(p pairs, path ...string) []byte {
	b := bytes.Clone(p.at(path...).value.([]byte))
	b[0] ^= 1
	return b
}

// stanzaOf reads the stanza's body from the header of a test vector of the file.
func stanzaOf(path string) []byte {
	b, err := os.ReadFile(path)
	if err != nil {
		panic(err) // run it from the top of the repository
	}
	_, rest, _ := bytes.Cut(b, []byte("\n-> cloudseed/1\n"))
	text, _, _ := bytes.Cut(rest, []byte("\n-> "))
	text = bytes.ReplaceAll(text, []byte("\n"), nil)
	body := make([]byte, rawStd.DecodedLen(len(text)))
	n, err := rawStd.Decode(body, text)
	if err != nil {
		panic(err)
	}
	return body[:n]
}
