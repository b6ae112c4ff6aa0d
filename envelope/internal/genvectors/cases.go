package main

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"

	"filippo.io/age"
)

func smallCases() []testCase {
	return slices.Concat(goodCases(), headerCases(), recipientCases(), stanzaCases(), macCases(), payloadCases(),
		tarCases(), manifestCases(), memberCases(), walletCases(), vaultCases())
}

func largeCases() []testCase {
	return []testCase{
		{"large_files", "all that can be attached", "success", func(f *file) {
			f.files(member{"files/f", strings.Repeat("x", 3<<20)})
			f.padTo = 4 << 20
		}},
		{"large_sealed", "one byte more than 8 MiB", "too large", func(f *file) {
			f.sealedTo = func(b []byte) []byte { return append(b, make([]byte, 8<<20+1-len(b))...) }
		}},
		{"large_payload", "one byte more than 4 MiB of tar", "payload", func(f *file) {
			f.archiveTo = func(b []byte) []byte { return append(b, make([]byte, 4<<20+1-len(b))...) }
		}},
	}
}

func goodCases() []testCase {
	return []testCase{
		{"wallet", "a wallet part of the size that a writer gives it", "success", func(f *file) { f.padTo = 32 << 10 }},
		{"wallet_all_fields", "every field of the wallet and of the manifest in use", "success", func(f *file) {
			f.wallet.set("passphrase", quote("\u017elu\u0165 <k\u016f\u0148> & \"\\ \u2028\u2029 \x01\x7f\b\f\n\r\t \U0001f9f0"))
			f.wallet.set("birthday", `""`)
			f.wallet.set("descriptors", "[\n    \"wpkh([00000000/84h/0h/0h]xpub/0/*)\",\n    \"tr([00000000/86h/0h/0h]xpub/0/*)\"\n  ]")
			f.manifest.set("generation", "2147483647")
			f.manifest.set("previous", quote(hash(nil)))
			f.manifest.set("files", "{\n    \"generation\": 12,\n    \"sha256\": "+quote(hash(nil))+"\n  }")
			f.manifest.set("places", "[\n    \"folder\",\n    \"https://cloud.example/\"\n  ]")
			f.manifest.set("device", quote("Zo\u00eb's <laptop> & phone"))
		}},
		{"wallet_kit", "opened by the kit, the second recipient", "success", func(f *file) {
			f.recipients = append(f.recipients, recipient(f.vault.kit))
			f.seed = hex.EncodeToString(f.vault.kit)
		}},
		{"stanza_last", "the stanza stands behind the recipients", "success", stanzas(func(s []*age.Stanza) []*age.Stanza {
			return []*age.Stanza{s[1], s[0]}
		})},
		{"stanza_extremes", "the largest numbers, the smallest and the longest texts", "success", func(f *file) {
			f.stanza.set("registration", num(1<<64-1))
			f.stanza.set("guesses", num(65535))
			f.stanza.set("hashing", str(strings.Repeat("h", 32)))
			f.stanza.set("tenant", str(strings.Repeat("t", 64)))
			f.stanza.set("guess", bin(nil))
			f.stanza.set("realms", array(realm(1, strings.Repeat("a", 512))))
			f.stanza.set("register", num(1))
			f.stanza.set("recover", num(1))
		}},
		{"stanza_255_realms", "as many realms as there may be", "success", func(f *file) {
			f.stanza.set("realms", realms(255))
			f.stanza.set("register", num(255))
			f.stanza.set("recover", num(128))
		}},
		{"files", "a files part, opened with the phrase alone", "success", func(f *file) {
			f.files(member{"files/channel.backup", "\x00\x01\xff\n"}, member{"files/empty", ""}, member{"files/Labels (2).jsonl", "{}\n"})
			f.padTo = 32 << 10
		}},
		{"files_none", "a files part without files", "success", func(f *file) { f.files() }},
		{"files_names", "long names, names that are not ASCII, names like the other members", "success", func(f *file) {
			f.files(member{"files/" + strings.Repeat("x", 100), "1"}, member{"files/M\u00e4rkchen.jsonl", "2"}, member{"files/\u8ca1\u5e03", "3"},
				member{"files/wallet.json", "4"}, member{"files/a  b", "5"}, member{"files/" + strings.Repeat("\u00e4", 50), "6"})
		}},
		{"files_64", "as many files as there may be", "success", func(f *file) { f.files(many(64)...) }},
		{"files_two_chunks", "a payload of more than one chunk", "success", func(f *file) {
			f.files(member{"files/f", strings.Repeat("x", 70_000)})
			f.padTo = 128 << 10
		}},
		{"files_kit", "opened by the kit; the phrase is checked afterwards", "success", func(f *file) {
			f.files(member{"files/f", "x"})
			f.recipients = append(f.recipients, recipient(f.vault.kit))
			f.seed = hex.EncodeToString(f.vault.kit)
		}},
	}
}

func many(n int) (all []member) {
	for i := range n {
		all = append(all, member{"files/" + string(rune('a'+i/26)) + string(rune('a'+i%26)), ""})
	}
	return all
}

// headerCases change the text of the age header after it was made.
func headerCases() []testCase {
	refused := func(name, comment string, change func([]byte) []byte) testCase {
		return testCase{"header_" + name, comment, "age header", sealed(change)}
	}
	body := []byte("-> cloudseed/1\n")
	return []testCase{
		{"not_empty", "a file of no bytes", "not a backup", sealed(func([]byte) []byte { return nil })},
		{"not_text", "a text", "not a backup", sealed(func([]byte) []byte { return []byte("dear diary") })},
		{"not_v2", "age of another version", "not a backup", sealed(replace("/v1\n", "/v2\n"))},
		{"not_crlf", "the first line ends in CR LF", "not a backup", sealed(replace("/v1\n", "/v1\r\n"))},
		{"not_armored", "age's armor", "not a backup", sealed(func(b []byte) []byte {
			return append([]byte("-----BEGIN AGE ENCRYPTED FILE-----\n"), b...)
		})},
		{"not_ours", "an age file to the right key, without our stanza", "not a backup", stanzas(func(s []*age.Stanza) []*age.Stanza { return s[1:] })},
		{"not_x25519", "an age file of X25519 alone", "not a backup", stanzas(func(s []*age.Stanza) []*age.Stanza { return []*age.Stanza{x25519()} })},
		refused("cut_intro", "ends within the first line", func(b []byte) []byte { return b[:10] }),
		refused("only_intro", "ends behind the first line", func(b []byte) []byte { return b[:len("age-encryption.org/v1\n")] }),
		refused("cut_stanza", "ends within the stanza", func(b []byte) []byte { return b[:200] }),
		refused("cut_before_mac", "ends in front of the MAC", func(b []byte) []byte { return b[:bytes.Index(b, []byte("\n---"))+1] }),
		refused("cut_mac", "ends within the MAC", func(b []byte) []byte { return b[:bytes.Index(b, []byte("\n---"))+20] }),
		refused("no_stanzas", "no stanza at all", func(b []byte) []byte {
			return append([]byte("age-encryption.org/v1\n"), b[bytes.Index(b, []byte("\n---"))+1:]...)
		}),
		refused("crlf", "a stanza's first line ends in CR LF", replace("-> cloudseed/1\n", "-> cloudseed/1\r\n")),
		refused("double_space", "an empty argument", replace("-> cloudseed/1\n", "->  cloudseed/1\n")),
		refused("trailing_space", "an empty last argument", replace("-> cloudseed/1\n", "-> cloudseed/1 \n")),
		refused("no_type", "a stanza without a type", replace("-> cloudseed/1\n", "->\n")),
		refused("type_not_ascii", "a type that is not ASCII", replace("-> cloudseed/1\n", "-> cloudseed/\u00b9\n")),
		refused("arrow", "a line of another beginning", replace("-> cloudseed/1\n", "=> cloudseed/1\n")),
		refused("body_padding", "base64 with padding", func(b []byte) []byte { return insert(b, bytes.Index(b, []byte("\n---")), "=") }),
		refused("body_alphabet", "base64 of another alphabet", func(b []byte) []byte {
			b[bytes.Index(b, body)+len(body)+3] = '_'
			return b
		}),
		refused("body_long_line", "a line of more than 64 columns", func(b []byte) []byte {
			at := bytes.Index(b, body) + len(body) + 64
			return slices.Delete(b, at, at+1)
		}),
		refused("body_no_short_line", "a body that does not end with a short line", replace("-> cloudseed/1\n", "-> x\n"+strings.Repeat("A", 64)+"\n-> cloudseed/1\n")),
		refused("mac_short", "a MAC of 31 bytes", func(b []byte) []byte {
			at := bytes.Index(b, []byte("\n--- ")) + 5
			return slices.Concat(b[:at], []byte(strings.Repeat("A", 42)), b[at+43:])
		}),
		refused("mac_bits", "a MAC whose last character has bits to spare", func(b []byte) []byte {
			b[bytes.Index(b, []byte("\n--- "))+5+42] = 'B'
			return b
		}),
		refused("mac_two", "two MACs", func(b []byte) []byte { return insert(b, bytes.Index(b, []byte("\n--- "))+5, "AA ") }),
		refused("mac_none", "a last line without a MAC", func(b []byte) []byte {
			at := bytes.Index(b, []byte("\n---")) + 4
			return slices.Concat(b[:at], b[at+44:])
		}),
	}
}

// recipientCases put into the header what no backup has, under a MAC that is right.
func recipientCases() []testCase {
	more := func(n int, s *age.Stanza) func(*file) {
		return stanzas(func(all []*age.Stanza) []*age.Stanza {
			for range n {
				all = append(all, s)
			}
			return all
		})
	}
	hybrid := func(change func(*age.Stanza)) func(*file) {
		return stanzas(func(s []*age.Stanza) []*age.Stanza { change(s[1]); return s })
	}
	return []testCase{
		{"recipients_mixture", "hybrid and X25519 recipients: age refuses to write this", "age header", func(f *file) {
			f.stanzasTo = func(s []*age.Stanza) []*age.Stanza { return append(s, x25519()) }
		}},
		{"recipients_mixture_first", "the X25519 recipient stands first", "age header", stanzas(func(s []*age.Stanza) []*age.Stanza {
			return append([]*age.Stanza{x25519()}, s...)
		})},
		{"recipients_only_x25519", "our stanza, and X25519 alone", "age header", stanzas(func(s []*age.Stanza) []*age.Stanza { return []*age.Stanza{s[0], x25519()} })},
		{"recipients_scrypt", "a password beside the key", "age header", more(1, &age.Stanza{Type: "scrypt", Args: []string{"AAAAAAAAAAAAAAAAAAAAAA", "10"}, Body: make([]byte, 32)})},
		{"recipients_unknown", "a stanza of a type that nobody knows", "age header", more(1, &age.Stanza{Type: "example.com/x"})},
		{"recipients_case", "a type that differs by case", "age header", more(1, &age.Stanza{Type: "MLKEM768X25519"})},
		{"recipients_eight", "as many stanzas as there may be", "success", func(f *file) {
			for range 6 {
				f.recipients = append(f.recipients, recipient(f.vault.kit))
			}
		}},
		{"recipients_nine", "one stanza too many", "age header", func(f *file) {
			for range 7 {
				f.recipients = append(f.recipients, recipient(f.vault.kit))
			}
		}},
		{"recipients_thousand", "a thousand stanzas", "age header", more(998, &age.Stanza{Type: "mlkem768x25519", Args: []string{"AAAA"}})},
		{"recipients_two_of_ours", "our stanza twice", "age header", stanzas(func(s []*age.Stanza) []*age.Stanza { return append(s, s[0]) })},
		{"recipients_ours_of_two_vaults", "the stanzas of two vaults", "age header", stanzas(func(s []*age.Stanza) []*age.Stanza {
			f := newFile()
			f.vault, f.stanza, f.stanzaSigner = other, newStanza(other), other.root
			return append(s, &age.Stanza{Type: "cloudseed/1", Body: f.body()})
		})},
		{"recipients_none", "our stanza alone: sealed to nobody", "wrong key", stanzas(func(s []*age.Stanza) []*age.Stanza { return s[:1] })},
		{"recipients_wrong_key", "sealed to another key", "wrong key", func(f *file) { f.seed = hex.EncodeToString(made("nobody")) }},
		{"recipients_garbled", "the wrapped file key is changed", "wrong key", hybrid(func(s *age.Stanza) { s.Body[0] ^= 1 })},
		{"recipients_no_argument", "a hybrid stanza without its share", "age header", hybrid(func(s *age.Stanza) { s.Args = nil })},
		{"recipients_two_arguments", "a hybrid stanza with two arguments", "age header", hybrid(func(s *age.Stanza) { s.Args = append(s.Args, "x") })},
		{"recipients_short_share", "a hybrid stanza with a short share", "age header", hybrid(func(s *age.Stanza) { s.Args[0] = s.Args[0][:4] })},
		{"recipients_share_base64", "a hybrid stanza whose share is not base64", "age header", hybrid(func(s *age.Stanza) { s.Args[0] = "_" + s.Args[0][1:] })},
		{"recipients_short_body", "a hybrid stanza with a short file key", "age header", hybrid(func(s *age.Stanza) { s.Body = s.Body[:31] })},
		{"recipients_argument", "our stanza with an argument", "stanza", stanzas(func(s []*age.Stanza) []*age.Stanza { s[0].Args = []string{"x"}; return s })},
		{"newer_type", "a stanza of a later version", "newer version", stanzas(func(s []*age.Stanza) []*age.Stanza { s[0].Type = "cloudseed/2"; return s })},
		{"newer_beside", "a stanza of a later version beside ours", "newer version", more(1, &age.Stanza{Type: "cloudseed/2"})},
		{"newer_body", "a later version in the stanza's body", "newer version", func(f *file) { f.stanza.set("format", str("cloudseed/2")) }},
		{"newer_body_more", "a later version with a key more", "newer version", func(f *file) {
			f.stanza.set("format", str("cloudseed/2"))
			f.stanza = append(f.stanza, pairs{{"zzzzzzzzzzzzz", num(1)}}...)
		}},
		{"newer_manifest", "a later version in the manifest", "newer version", func(f *file) { f.manifest.set("format", `"cloudseed/2"`) }},
		{"newer_manifest_more", "a later version with a key more", "newer version", func(f *file) {
			f.manifest.set("format", `"cloudseed/2"`)
			f.manifest = append(f.manifest, list{{"more", "1"}}...)
		}},
	}
}

func macCases() []testCase {
	return []testCase{
		{"mac_changed", "another MAC", "header MAC", sealed(func(b []byte) []byte {
			copy(b[bytes.Index(b, []byte("\n--- "))+5:], "AAAA")
			return b
		})},
		{"mac_recipient_added", "a recipient was added afterwards", "header MAC", sealed(func(b []byte) []byte {
			return insert(b, bytes.Index(b, []byte("\n--- "))+1, "-> mlkem768x25519 AAAA\n\n")
		})},
		{"mac_recipient_removed", "the kit was taken out afterwards", "header MAC", func(f *file) {
			f.recipients = append(f.recipients, recipient(f.vault.kit))
			f.sealedTo = func(b []byte) []byte {
				return slices.Concat(b[:bytes.LastIndex(b, []byte("\n-> "))+1], b[bytes.Index(b, []byte("\n--- "))+1:])
			}
		}},
		{"mac_stanza_exchanged", "the stanza of an earlier registration, signed by the root key", "header MAC", func(f *file) {
			f.sealedTo = func(b []byte) []byte {
				older := newFile()
				older.stanza.set("registration", num(2))
				older.madeBody = nil
				body := older.body()
				return replaceBody(b, body)
			}
		}},
	}
}

func payloadCases() []testCase {
	cut := func(n int) func(*file) { return sealed(func(b []byte) []byte { return b[:payload(b)+n] }) }
	twoChunks := func(change func([]byte) []byte) func(*file) {
		return func(f *file) {
			f.files(member{"files/f", strings.Repeat("x", 70_000)})
			f.sealedTo = change
		}
	}
	const chunk = 64<<10 + 16
	return []testCase{
		{"payload_none", "ends behind the header", "payload", cut(0)},
		{"payload_cut_nonce", "ends within the nonce", "payload", cut(15)},
		{"payload_only_nonce", "ends behind the nonce", "payload", cut(16)},
		{"payload_cut_tag", "ends within the first tag", "payload", cut(24)},
		{"payload_cut_chunk", "ends within a chunk", "payload", cut(1000)},
		{"payload_cut_byte", "the last byte is missing", "payload", sealed(func(b []byte) []byte { return b[:len(b)-1] })},
		{"payload_more", "a byte too many", "payload", sealed(func(b []byte) []byte { return append(b, 0) })},
		{"payload_changed", "a changed byte", "payload", sealed(func(b []byte) []byte { b[len(b)-100] ^= 1; return b })},
		{"payload_nonce_changed", "a changed nonce", "payload", sealed(func(b []byte) []byte { b[payload(b)] ^= 1; return b })},
		{"payload_cut_between", "ends between two chunks", "payload", twoChunks(func(b []byte) []byte { return b[:payload(b)+16+chunk] })},
		{"payload_no_first", "the first chunk is missing", "payload", twoChunks(func(b []byte) []byte {
			at := payload(b) + 16
			return slices.Delete(b, at, at+chunk)
		})},
		{"payload_of_another", "the payload of another file to the same key", "payload", sealed(func(b []byte) []byte {
			again, err := newFile().seal()
			if err != nil {
				panic(err)
			}
			return append(b[:payload(b):payload(b)], again[payload(again):]...)
		})},
	}
}

func sealed(change func([]byte) []byte) func(*file) {
	return func(f *file) { f.sealedTo = change }
}

func stanzas(change func([]*age.Stanza) []*age.Stanza) func(*file) {
	return func(f *file) { f.stanzasTo = change }
}

// payload is where the payload begins: behind the header's last line.
func payload(b []byte) int {
	at := bytes.Index(b, []byte("\n--- ")) + 1
	return at + bytes.IndexByte(b[at:], '\n') + 1
}

func replace(old, new string) func([]byte) []byte {
	return func(b []byte) []byte { return bytes.Replace(b, []byte(old), []byte(new), 1) }
}

func insert(b []byte, at int, s string) []byte { return slices.Insert(b, at, []byte(s)...) }

func x25519() *age.Stanza {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		panic(err)
	}
	s, err := id.Recipient().Wrap(make([]byte, 16))
	if err != nil {
		panic(err)
	}
	return s[0]
}
