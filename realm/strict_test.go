package realm_test

import (
	"bytes"
	"net/http/httptest"
	"testing"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/realmtest"
)

// An item of CBOR, as far as requests have them: a number, bytes, a text or a map. Unlike a
// decoded map it keeps the order, so that an item taken out is the only difference.
type item struct {
	major byte
	n     int    // of a number
	data  []byte // of bytes and texts
	pairs []item // names and values of a map, in turn
}

func parse(b []byte) (i item, rest []byte) {
	i.major, i.n = b[0]>>5, int(b[0]&31)
	b = b[1:]
	switch i.n {
	case 24:
		i.n, b = int(b[0]), b[1:]
	case 25:
		i.n, b = int(b[0])<<8|int(b[1]), b[2:]
	}
	switch i.major {
	case 2, 3:
		i.data, b = b[:i.n], b[i.n:]
	case 5:
		for range 2 * i.n {
			var part item
			part, b = parse(b)
			i.pairs = append(i.pairs, part)
		}
	}
	return i, b
}

func (i item) encode(b []byte) []byte {
	n := i.n
	switch i.major {
	case 2, 3:
		n = len(i.data)
	case 5:
		n = len(i.pairs) / 2
	}
	switch {
	case n < 24:
		b = append(b, i.major<<5|byte(n))
	case n < 256:
		b = append(b, i.major<<5|24, byte(n))
	case n < 1<<16:
		b = append(b, i.major<<5|25, byte(n>>8), byte(n))
	default:
		b = append(b, i.major<<5|26, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	b = append(b, i.data...)
	for _, part := range i.pairs {
		b = part.encode(b)
	}
	return b
}

// spoiled calls f with every version of i in which one thing is missing or is of the wrong
// type or length, and says what.
func (i item) spoiled(name string, f func(what string, spoiled item)) {
	switch i.major {
	case 0:
		f(name+" as text", item{major: 3, data: []byte("5")})
		f(name+" too large", item{major: 0, n: 1 << 16}) // of which 16 bits fit
	case 2:
		f(name+" a byte short", item{major: 2, data: i.data[1:]})
		f(name+" a byte long", item{major: 2, data: append(bytes.Clone(i.data), 0)})
		f(name+" as text", item{major: 3, data: make([]byte, len(i.data))})
		f(name+" as number", item{major: 0})
	case 5:
		for at := 0; at < len(i.pairs); at += 2 {
			inner := string(i.pairs[at].data)
			with := func(pairs ...item) item {
				all := append(append([]item{}, i.pairs[:at]...), pairs...)
				return item{major: 5, pairs: append(all, i.pairs[at+2:]...)}
			}
			f(name+"/"+inner+" missing", with())
			f(name+"/"+inner+" twice", with(i.pairs[at], i.pairs[at+1], i.pairs[at], i.pairs[at+1]))
			i.pairs[at+1].spoiled(name+"/"+inner, func(what string, value item) { f(what, with(i.pairs[at], value)) })
		}
	}
}

// A request that lacks anything, or has it in another type or length, is refused: nothing
// missing is taken for zero, and nothing is stored or spent.
func TestIncompleteRequestsAreRefused(t *testing.T) {
	store := &realm.Memory{}
	handler := newRealm(t, realm.Config{Store: store})
	post := func(body []byte) int {
		q := httptest.NewRequest("POST", "/req", bytes.NewReader(body))
		q.Header.Set("Authorization", "Bearer "+token(t, ownerToken))
		q.Header.Set("X-Juicebox-Version", juicebox.ProtocolVersion)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, q)
		return w.Code
	}
	registration := realmtest.Registration(5)
	recover2 := juicebox.Recover2{Version: registration.Version, OPRFBlindedInput: realmtest.BlindedGuess()}
	recover3 := juicebox.Recover3{Version: registration.Version, UnlockKeyTag: registration.UnlockKeyTag}
	user := realm.NewRecordID(juicebox.Tenant, juicebox.TokenSubject(public(ownerKey), public(guessKey)))
	tried := 0
	for _, request := range []juicebox.Request{registration, recover2, recover3} {
		before := read(t, store, user)
		whole, rest := parse(juicebox.EncodeRequest(request))
		if len(rest) > 0 || !bytes.Equal(whole.encode(nil), juicebox.EncodeRequest(request)) {
			t.Fatal("the test does not understand the request")
		}
		whole.spoiled("", func(what string, spoiled item) {
			tried++
			if status := post(spoiled.encode(nil)); status != 400 {
				t.Errorf("%s: status %d, want 400", what, status)
			}
		})
		if status := post(append(whole.encode(nil), 0)); status != 400 {
			t.Errorf("%T with a byte behind it: status %d", request, status)
		}
		if after := read(t, store, user); after != before {
			t.Errorf("refused requests like %T changed the record", request)
		}
		if status := post(whole.encode(nil)); status != 200 {
			t.Fatalf("the whole %T: status %d", request, status)
		}
	}
	if tried < 80 {
		t.Errorf("only %d were tried", tried)
	}
}

// Points and scalars are looked at when they are registered, not when somebody needs them.
func TestPointsAndScalarsAreChecked(t *testing.T) {
	store := &realm.Memory{}
	handler := newRealm(t, realm.Config{Store: store})
	p := newPerson(t, handler, 1)
	order := juicebox.Scalar{0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 31: 0x10}
	for what, bad := range map[string]juicebox.Scalar{"zero": {}, "the order": order, "all ones": juicebox.Scalar(bytes.Repeat([]byte{0xff}, 32))} {
		r := realmtest.Registration(5)
		r.OPRFPrivateKey = bad
		p.expect("share: "+what, phone, "", r, 400)
		r = realmtest.Registration(5)
		r.EncryptionKeyScalarShare = bad
		p.expect("key share: "+what, phone, "", r, 400)
	}
	// From RFC 9496, A.2: a field element not canonical, negative ones, a non-square.
	for what, bad := range map[string]juicebox.Point{
		"identity": {}, "not canonical": juicebox.Point(bytes.Repeat([]byte{0xff}, 32)), "negative": {1},
		"not square": {0x26, 0x94, 0x8d, 0x35, 0xca, 0x62, 0xe6, 0x43, 0xe2, 0x6a, 0x83, 0x17, 0x73, 0x32, 0xe6, 0xb6,
			0xaf, 0xeb, 0x9d, 0x08, 0xe4, 0x26, 0x8b, 0x65, 0x0f, 0x1f, 0x5b, 0xbd, 0x8d, 0x81, 0xd3, 0x71},
	} {
		r := realmtest.Registration(5)
		r.OPRFSignedPublicKey.PublicKey = bad
		p.expect("public key: "+what, phone, "", r, 400)
	}
	if n, _ := handler.Records(); n != 0 {
		t.Errorf("%d records were made", n)
	}
	p.expect("a good one", phone, "", realmtest.Registration(5), 200)
}
