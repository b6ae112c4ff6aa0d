package main

import (
	"bytes"
	"encoding/base64"
	"math/big"
	"slices"
	"strings"
)

func stanzaCases() []testCase {
	var all []testCase
	refused := func(name, comment string, spoil func(*file)) {
		all = append(all, testCase{"stanza_" + name, comment, "stanza", spoil})
	}
	set := func(key string, value []byte) func(*file) {
		return func(f *file) { f.stanza.set(key, value) }
	}
	body := func(change func([]byte) []byte) func(*file) { return func(f *file) { f.bodyTo = change } }
	encoded := func(change func([]byte) []byte) func(*file) { return func(f *file) { f.mapTo = change } }

	refused("empty", "no body", body(func([]byte) []byte { return nil }))
	refused("only_signature", "a signature of nothing", encoded(func([]byte) []byte { return nil }))
	refused("short", "a body of 63 bytes", body(func(b []byte) []byte { return b[:63] }))
	refused("too_large", "more than 16 KiB", func(f *file) {
		var many [][]byte
		for i := range 33 {
			many = append(many, realm(i+1, strings.Repeat("a", 500)))
		}
		f.stanza.set("realms", array(many...))
		f.stanza.set("register", num(33))
		f.stanza.set("recover", num(17))
	})
	refused("not_cbor", "a map of JSON", encoded(func([]byte) []byte { return []byte(`{"format":"cloudseed/1"}`) }))
	refused("array", "an array in the place of the map", encoded(func([]byte) []byte { return array(num(1), num(2)) }))
	refused("trailing", "a byte between map and signature", encoded(func(b []byte) []byte { return append(b, 0) }))
	refused("cut", "a map that is cut short", encoded(func(b []byte) []byte { return b[:len(b)-1] }))
	refused("body_trailing", "a byte behind the signature", body(func(b []byte) []byte { return append(b, 0) }))

	for _, e := range newStanza(samantha) {
		refused("no_"+e.key, "a key is missing", func(f *file) { f.stanza.remove(e.key) })
		refused("null_"+e.key, "null in the place of a value", set(e.key, []byte{0xf6}))
	}
	refused("more", "a key that does not belong", func(f *file) { f.stanza = append(f.stanza, pairs{{"zzzzzzzzzzzzz", num(1)}}...) })
	refused("twice", "a key twice", func(f *file) { f.stanza = slices.Insert(f.stanza, 1, f.stanza[0]) })
	refused("order", "keys in another order", func(f *file) { f.stanza[0], f.stanza[1] = f.stanza[1], f.stanza[0] })
	refused("order_alphabet", "keys in the order of the alphabet", func(f *file) {
		slices.SortFunc(f.stanza, func(a, b struct {
			key   string
			value []byte
		}) int {
			return strings.Compare(a.key, b.key)
		})
	})
	refused("key_case", "a key that differs by case", func(f *file) { f.stanza[0].key = "Root" })
	refused("indefinite", "a map of indefinite length", encoded(func(b []byte) []byte { return append(append([]byte{0xbf}, b[1:]...), 0xff) }))
	refused("indefinite_text", "a text of indefinite length", set("tenant", append(append([]byte{0x7f}, str("cloudseed")...), 0xff)))
	refused("long_number", "a number in a longer form than it needs", set("recover", []byte{0x18, 2}))
	refused("long_length", "a length in a longer form than it needs", set("tenant", append([]byte{0x78, 9}, "cloudseed"...)))
	refused("tag", "a tag in front of a value", set("recover", []byte{0xc1, 2}))
	refused("bignum", "a number as a bignum", set("registration", []byte{0xc2, 0x41, 1}))
	refused("float", "a number as a float", set("recover", []byte{0xf9, 0x40, 0}))
	refused("deep", "many arrays in each other", set("realms", append(bytes.Repeat([]byte{0x81}, 500), 0x80)))
	refused("utf8", "a text that is not UTF-8", set("tenant", str("cloud\xff")))

	refused("format_other", "another format", set("format", str("other/1")))
	refused("format_empty", "an empty format", set("format", str("")))
	refused("format_bytes", "the format as bytes", set("format", bin([]byte("cloudseed/1"))))
	refused("salt_short", "a salt of 15 bytes", set("salt", bin(made("salt")[:15])))
	refused("salt_long", "a salt of 17 bytes", set("salt", bin(made("salt")[:17])))
	refused("salt_text", "a salt as text", set("salt", str("0123456789abcdef")))
	refused("salt_array", "a salt as an array of numbers", set("salt", array(slices.Repeat([][]byte{num(1)}, 16)...)))
	refused("nonce_short", "a nonce of 15 bytes", set("nonce", bin(made("nonce")[:15])))
	refused("root_short", "a root key of 31 bytes", set("root", bin(made("root")[:31])))
	refused("owner_long", "an owner key of 33 bytes", set("owner", bin(append(made("owner"), 0))))
	refused("owner_empty", "no owner key", set("owner", bin(nil)))
	refused("guess_short", "a guess key of 31 bytes", set("guess", bin(made("guess")[:31])))
	refused("realms_none", "no realms", func(f *file) {
		f.stanza.set("realms", array())
		f.stanza.set("register", num(0))
		f.stanza.set("recover", num(0))
	})
	refused("realms_256", "a realm too many", func(f *file) {
		f.stanza.set("realms", realms(256))
		f.stanza.set("register", num(256))
		f.stanza.set("recover", num(129))
	})
	two := func(first, second []byte) func(*file) {
		return func(f *file) {
			f.stanza.set("realms", array(first, second))
			f.stanza.set("register", num(2))
		}
	}
	refused("realms_order", "realms in another order", two(realm(2, "https://b.example/"), realm(1, "https://a.example/")))
	refused("realms_twice", "one realm twice", two(realm(1, "https://a.example/"), realm(1, "https://b.example/")))
	refused("realm_three", "a realm of three values", two(realm(1, "a"), array(bin(append(made("id")[:15:15], 0)), str("b"), num(1))))
	refused("realm_one", "a realm of one value", two(realm(1, "a"), array(bin(bytes.Repeat([]byte{2}, 16)))))
	refused("realm_map", "a realm as a map", two(realm(1, "a"), pairs{{"id", bin(bytes.Repeat([]byte{2}, 16))}, {"address", str("b")}}.encode()))
	refused("realm_id_short", "a realm's id of 15 bytes", two(realm(1, "a"), array(bin(bytes.Repeat([]byte{2}, 15)), str("b"))))
	refused("realm_no_address", "a realm without an address", two(realm(1, "a"), realm(2, "")))
	refused("realm_long_address", "an address of 513 bytes", two(realm(1, "a"), realm(2, strings.Repeat("b", 513))))
	refused("register_fewer", "not all realms are registered", set("register", num(2)))
	refused("register_more", "more realms are registered than there are", set("register", num(4)))
	refused("recover_none", "no realm is needed", set("recover", num(0)))
	refused("recover_half", "half of the realms, or fewer, are needed", set("recover", num(1)))
	refused("recover_more", "more realms are needed than there are", set("recover", num(4)))
	refused("recover_negative", "a negative number", set("recover", []byte{0x20}))
	refused("recover_huge", "a number of 64 bits", set("recover", num(1<<63)))
	refused("guesses_none", "no guesses", set("guesses", num(0)))
	refused("guesses_more", "more guesses than 65535", set("guesses", num(65536)))
	refused("hashing_empty", "no hashing mode", set("hashing", str("")))
	refused("hashing_long", "a hashing mode of 33 bytes", set("hashing", str(strings.Repeat("h", 33))))
	refused("tenant_empty", "no tenant", set("tenant", str("")))
	refused("tenant_long", "a tenant of 65 bytes", set("tenant", str(strings.Repeat("t", 65))))
	refused("registration_zero", "registrations count from 1", set("registration", num(0)))
	refused("registration_negative", "a negative number", set("registration", []byte{0x20}))

	refused("signature_changed", "a changed signature", body(func(b []byte) []byte { b[len(b)-40] ^= 1; return b }))
	refused("map_changed", "a changed map", body(func(b []byte) []byte {
		return bytes.Replace(b, []byte("https://1.example/"), []byte("https://6.example/"), 1)
	}))
	refused("signed_by_another", "signed by another root key", func(f *file) { f.stanzaSigner = other.root })
	refused("signed_by_owner", "signed by the owner key", func(f *file) { f.stanzaSigner = f.vault.owner })
	refused("signed_plain", "signed without what must stand in front", func(f *file) { f.stanzaContext = "" })
	refused("signed_as_manifest", "signed as a manifest", func(f *file) { f.stanzaContext = "cloudseed manifest 1\x00" })
	refused("signature_malleable", "a signature whose second half is not reduced", body(func(b []byte) []byte {
		return append(b[:len(b)-32:len(b)-32], addOrder(b[len(b)-32:])...)
	}))
	return all
}

// addOrder adds the order of Ed25519's group to a number in little endian.
func addOrder(s []byte) []byte {
	order, _ := new(big.Int).SetString("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed", 16)
	b := slices.Clone(s)
	slices.Reverse(b)
	sum := new(big.Int).Add(new(big.Int).SetBytes(b), order).FillBytes(make([]byte, 32))
	slices.Reverse(sum)
	return sum
}

// replaceBody puts another body into the stanza of a sealed file.
func replaceBody(sealed, body []byte) []byte {
	start := bytes.Index(sealed, []byte("-> cloudseed/1\n")) + len("-> cloudseed/1\n")
	end := start + bytes.Index(sealed[start:], []byte("\n-> "))
	text := base64.RawStdEncoding.EncodeToString(body)
	var lines []string
	for len(text) >= 64 {
		lines, text = append(lines, text[:64]), text[64:]
	}
	return slices.Concat(sealed[:start], []byte(strings.Join(append(lines, text), "\n")), sealed[end:])
}
