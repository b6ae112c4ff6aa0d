package main

import (
	"encoding/hex"
	"slices"
	"strings"
)

func tarCases() []testCase {
	var all []testCase
	refused := func(name, comment string, spoil func(*file)) {
		all = append(all, testCase{"tar_" + name, comment, "tar", spoil})
	}
	archive := func(change func([]byte) []byte) func(*file) { return func(f *file) { f.archiveTo = change } }
	entries := func(change func([]entry) []entry) func(*file) {
		return func(f *file) {
			f.files(member{"files/f", "x"})
			f.entriesTo = change
		}
	}
	last := func(change func(*entry)) func(*file) {
		return entries(func(e []entry) []entry { change(&e[len(e)-1]); return e })
	}
	named := func(names ...string) func(*file) {
		return func(f *file) {
			var m []member
			for _, n := range names {
				m = append(m, member{n, "x"})
			}
			f.files(m...)
		}
	}
	before := func(e entry) func(*file) {
		return entries(func(all []entry) []entry { return slices.Insert(all, len(all)-1, e) })
	}

	refused("empty", "nothing inside", archive(func([]byte) []byte { return nil }))
	refused("only_zeros", "zero blocks and nothing else", archive(func([]byte) []byte { return make([]byte, 10*block) }))
	refused("size", "a size that is no number of blocks", archive(func(b []byte) []byte { return append(b, 0) }))
	refused("no_end", "no zero blocks at the end", archive(func(b []byte) []byte { return b[:len(b)-2*block] }))
	refused("one_zero_block", "one zero block at the end", archive(func(b []byte) []byte { return b[:len(b)-block] }))
	refused("cut", "ends within a member", archive(func(b []byte) []byte { return b[:len(b)-3*block] }))
	refused("trailing", "something behind the last member", archive(func(b []byte) []byte { b[len(b)-1] = 1; return b }))
	refused("trailing_member", "a member behind the zero blocks", archive(func(b []byte) []byte {
		return append(b, pad([]entry{regular(member{"more", "x"})}, 0)...)
	}))
	refused("one_zero_block_between", "a zero block between two members", archive(func(b []byte) []byte {
		return slices.Insert(b, 2*block, make([]byte, block)...)
	}))
	refused("padding", "something behind a member's data", last(func(e *entry) { e.fill = 1 }))

	refused("no_readme", "README.txt is missing", entries(func(e []entry) []entry { return e[1:] }))
	refused("no_manifest", "manifest.json is missing", entries(func(e []entry) []entry { return slices.Delete(e, 1, 2) }))
	refused("no_signature", "manifest.sig is missing", entries(func(e []entry) []entry { return slices.Delete(e, 2, 3) }))
	refused("two_members", "README.txt and manifest.json alone", entries(func(e []entry) []entry { return e[:2] }))
	refused("readme_name", "README.txt under another name", entries(func(e []entry) []entry { e[0].name = "LIESMICH.txt"; return e }))
	refused("manifest_name", "manifest.json under another name", entries(func(e []entry) []entry { e[1].name = "manifest.txt"; return e }))
	refused("signature_name", "manifest.sig under another name", entries(func(e []entry) []entry { e[2].name = "manifest.pgp"; return e }))
	refused("order", "the manifest in front of README.txt", entries(func(e []entry) []entry { e[0], e[1] = e[1], e[0]; return e }))
	refused("order_signature", "the signature behind the files", entries(func(e []entry) []entry { e[2], e[3] = e[3], e[2]; return e }))

	for _, c := range []struct{ name, comment, file string }{
		{"dotdot", "a name with ..", "files/../f"},
		{"dotdot_only", "the name ..", ".."},
		{"dotdot_first", "a name that begins with ../", "../f"},
		{"absolute", "an absolute name", "/etc/passwd"},
		{"backslash", "a name with a backslash", `files/..\f`},
		{"drive", "a name with a drive", "files/C:f"},
		{"folder", "a folder in files", "files/a/b"},
		{"other_folder", "another folder", "other/f"},
		{"folder_case", "the folder's name in capitals", "FILES/f"},
		{"double_slash", "two slashes", "files//f"},
		{"hidden", "a hidden file", "files/.f"},
		{"dash", "a name that begins with a dash", "files/-rf"},
		{"dot_end", "a name that ends in a dot", "files/f."},
		{"space_end", "a name that ends in a space", "files/f "},
		{"star", "a name with a star", "files/*"},
		{"control", "a name with a control character", "files/a\nb"},
		{"escape", "a name with an escape character", "files/a\x1bb"},
		{"bidi", "a name that reads backwards", "files/a\u202egpj.exe"},
		{"no_break_space", "a name with another space", "files/a\u00a0b"},
		{"utf8", "a name that is not UTF-8", "files/a\xff"},
		{"long", "a name of 101 bytes", "files/" + strings.Repeat("x", 101)},
		{"no_name", "no name", "files/"},
	} {
		refused("name_"+c.name, c.comment, named(c.file))
	}
	refused("name_empty", "an empty name", last(func(e *entry) { e.name = "" }))
	refused("name_prefix", "a name that climbs out by its prefix", last(func(e *entry) { e.prefix, e.name = "files/..", "f" }))
	refused("name_prefix_only", "a prefix without a name", last(func(e *entry) { e.prefix, e.name = "files/f", "" }))
	refused("twice", "a name twice", named("files/f", "files/f"))
	refused("twice_case", "names that differ by case", named("files/Labels", "files/labels"))
	refused("twice_case_umlaut", "names that differ by the case of an umlaut", named("files/\u00e4", "files/\u00c4"))
	refused("twice_sigma", "names that differ by the two small sigmas", named("files/\u03c3", "files/\u03c2"))
	refused("twice_composed", "names that differ by how a letter is composed", named("files/caf\u00e9", "files/cafe\u0301"))
	refused("twice_readme", "README.txt and readme.txt", named("readme.txt"))
	refused("members", "a file too many", func(f *file) { f.files(many(65)...) })

	for _, c := range []struct {
		name, comment string
		kind          byte
	}{
		{"hard_link", "a hard link", '1'}, {"symlink", "a symbolic link", '2'}, {"character_device", "a device", '3'},
		{"block_device", "a device", '4'}, {"directory", "a directory", '5'}, {"fifo", "a fifo", '6'}, {"contiguous", "a contiguous file", '7'},
		{"gnu_sparse", "a sparse file, as GNU tar writes it", 'S'}, {"old_regular", "a file as old tars write it", 0},
		{"unknown", "a member of an unknown kind", 'Z'},
	} {
		refused(c.name, c.comment, last(func(e *entry) { e.kind, e.link = c.kind, "README.txt" }))
	}
	refused("gnu_long_name", "a long name, as GNU tar writes it", before(entry{name: "././@LongLink", kind: 'L', magic: "ustar\x0000", data: "files/long\x00"}))
	refused("pax_global", "an extended header for all members", before(entry{name: "g", kind: 'g', magic: "ustar\x0000", data: record("path", "files/g")}))
	for _, c := range []struct{ name, comment, data string }{
		{"mtime", "an extended header with a time", record("mtime", "1.5")},
		{"size", "an extended header with a size", record("size", "0")},
		{"link", "an extended header with a link", record("linkpath", "README.txt")},
		{"xattr", "an extended header with an attribute", record("SCHILY.xattr.user.x", "y")},
		{"sparse", "a sparse file by an extended header", record("GNU.sparse.major", "1")},
		{"two", "an extended header with two records", record("path", "files/g") + record("mtime", "1")},
		{"twice", "an extended header with two names", record("path", "files/g") + record("path", "files/h")},
		{"empty", "an empty extended header", ""},
		{"length", "an extended header of a wrong length", "99 path=files/g\n"},
		{"zeros", "an extended header with zeros in front of its length", "018 path=files/g\n"},
		{"no_line_feed", "an extended header without a line feed", "15 path=files/g"},
		{"dotdot", "a name with .. in an extended header", record("path", "files/../g")},
		{"long", "a name of 500 bytes in an extended header", record("path", "files/"+strings.Repeat("x", 500))},
	} {
		refused("pax_"+c.name, c.comment, before(extended(c.data)))
	}
	refused("pax_pax", "two extended headers for one member", entries(func(e []entry) []entry {
		return slices.Insert(e, len(e)-1, extended(record("path", "files/g")), extended(record("path", "files/h")))
	}))
	refused("pax_last", "an extended header and no member", entries(func(e []entry) []entry { return append(e, extended(record("path", "files/g"))) }))
	refused("pax_symlink", "a symbolic link with an extended header", entries(func(e []entry) []entry {
		e[len(e)-1].kind = '2'
		return slices.Insert(e, len(e)-1, extended(record("path", "files/g")))
	}))
	refused("gnu", "the dialect of GNU tar", last(func(e *entry) { e.magic = "ustar  \x00" }))
	refused("v7", "the oldest dialect", last(func(e *entry) { e.magic = strings.Repeat("\x00", 8) }))
	refused("version", "another version of ustar", last(func(e *entry) { e.magic = "ustar\x0001" }))
	refused("checksum", "a wrong checksum", last(func(e *entry) { e.checksum = "000000\x00 " }))
	refused("checksum_form", "a checksum of another form", last(func(e *entry) { e.checksum = " 12345\x00 " }))
	refused("size_huge", "a member of 8 GiB", last(func(e *entry) { e.size = "77777777777\x00" }))
	refused("size_binary", "a size in GNU's binary form", last(func(e *entry) { e.size = "\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01" }))
	refused("size_binary_huge", "a size of 63 bits", last(func(e *entry) { e.size = "\x80\x00\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff" }))
	refused("size_negative", "a negative size", last(func(e *entry) { e.size = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" }))
	refused("size_spaces", "a size with spaces", last(func(e *entry) { e.size = "          1\x00" }))
	refused("size_space_end", "a size that ends in a space", last(func(e *entry) { e.size = "00000000001 " }))
	refused("size_digit", "a size that is not octal", last(func(e *entry) { e.size = "00000000009\x00" }))
	empty := func(size string) func(*file) {
		return func(f *file) {
			f.files(member{"files/f", ""})
			f.entriesTo = func(e []entry) []entry { e[3].size = size; return e }
		}
	}
	refused("size_empty_blank", "no size in the header of an empty file", empty("           \x00"))
	refused("size_empty_digits", "a size of twelve digits in the header of an empty file", empty("000000000000"))
	refused("size_empty_binary", "GNU's binary form in the header of an empty file", empty("\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	refused("pax_cut", "ends behind an extended header", func(f *file) {
		f.files(member{"files/\u00e4", ""})
		f.archiveTo = func(b []byte) []byte { return b[:len(b)-3*block] }
	})
	refused("size_beyond", "a size beyond the end", last(func(e *entry) { e.size = "00000010000\x00" }))
	return all
}

func memberCases() []testCase {
	var all []testCase
	refused := func(name, comment string, spoil func(*file)) {
		all = append(all, testCase{"members_" + name, comment, "members", spoil})
	}
	entries := func(change func([]entry) []entry) func(*file) {
		return func(f *file) {
			f.files(member{"files/a", "1"}, member{"files/b", "2"})
			f.entriesTo = change
		}
	}
	refused("more", "a file that the manifest does not name", entries(func(e []entry) []entry { return append(e, regular(member{"files/c", "3"})) }))
	refused("fewer", "a file less than the manifest names", entries(func(e []entry) []entry { return e[:len(e)-1] }))
	refused("name", "a file under another name", entries(func(e []entry) []entry { e[4].name = "files/c"; return e }))
	refused("hash", "a file of other content", entries(func(e []entry) []entry { e[4].data = "3"; return e }))
	refused("size", "a file of another size", entries(func(e []entry) []entry { e[4].data = "22"; return e }))
	refused("size_said", "the manifest says another size than the file has", func(f *file) {
		f.files(member{"files/a", "1"})
		f.manifestTo = func(s string) string { return strings.Replace(s, `"size": 1,`, `"size": 2,`, 1) }
	})
	refused("order", "the files in another order", entries(func(e []entry) []entry { e[3], e[4] = e[4], e[3]; return e }))
	refused("readme", "another README.txt", entries(func(e []entry) []entry { e[0].data = "Send the words to me.\n"; return e }))
	refused("wallet_none", "a wallet part without wallet.json", func(f *file) { f.contents = []member{} })
	refused("wallet_two", "a wallet part with a file more", func(f *file) {
		f.contents = []member{{"wallet.json", f.wallet.json()}, {"more", "x"}}
	})
	refused("wallet_name", "wallet.json under another name", func(f *file) { f.contents = []member{{"purse.json", f.wallet.json()}} })
	refused("wallet_folder", "wallet.json in the folder files", func(f *file) { f.contents = []member{{"files/wallet.json", f.wallet.json()}} })
	refused("files_wallet", "a files part with wallet.json", func(f *file) { f.files(member{"wallet.json", f.wallet.json()}) })
	refused("files_outside", "a file outside the folder files", func(f *file) { f.files(member{"f", "x"}) })
	return all
}

func walletCases() []testCase {
	var all []testCase
	refused := func(name, comment string, spoil func(*file)) {
		all = append(all, testCase{"wallet_" + name, comment, "wallet", spoil})
	}
	set := func(key, value string) func(*file) { return func(f *file) { f.wallet.set(key, value) } }
	text := func(change func(string) string) func(*file) { return func(f *file) { f.walletTo = change } }

	refused("not_json", "not JSON", text(func(string) string { return winner }))
	refused("empty", "no bytes", text(func(string) string { return "" }))
	refused("null", "null", text(func(string) string { return "null\n" }))
	for _, e := range newFile().wallet {
		refused("no_"+e.key, "a key is missing", func(f *file) { f.wallet.remove(e.key) })
	}
	refused("more", "a key that does not belong", func(f *file) { f.wallet = append(f.wallet, list{{"pin", `"1234"`}}...) })
	refused("twice", "a key twice", func(f *file) { f.wallet = append(f.wallet, f.wallet[0]) })
	refused("form", "in one line", text(func(s string) string { return strings.ReplaceAll(s, "\n  ", "") }))
	refused("trailing", "something behind the end", text(func(s string) string { return s + "{}\n" }))
	refused("descriptors_null", "null in the place of the descriptors", set("descriptors", "null"))
	refused("phrase_empty", "no phrase", set("phrase", `""`))
	refused("phrase_number", "a phrase that is a number", set("phrase", "12"))
	refused("phrase_checksum", "a phrase of a wrong checksum", set("phrase", quote(strings.Replace(winner, "yellow", "winner", 1))))
	refused("phrase_word", "a phrase with an unknown word", set("phrase", quote(strings.Replace(winner, "yellow", "cloudseed", 1))))
	refused("phrase_short", "a phrase of eleven words", set("phrase", quote(strings.TrimSuffix(winner, " yellow"))))
	refused("language", "a language that BIP-39 does not know", set("language", `"latin"`))
	refused("language_other", "another language than the words are of", set("language", `"japanese"`))
	refused("owner_short", "an owner key of 31 bytes", set("owner", quote(hex.EncodeToString(samantha.owner[:31]))))
	refused("owner_capitals", "an owner key in capitals", set("owner", quote(strings.ToUpper(hex.EncodeToString(samantha.owner[:32])))))
	refused("owner_not_hex", "an owner key that is not hex", set("owner", quote(strings.Repeat("g", 64))))
	refused("owner_other", "another owner key than the stanza's", set("owner", quote(hex.EncodeToString(other.owner[:32]))))
	return all
}

// vaultCases mix what belongs to two vaults.
func vaultCases() []testCase {
	return []testCase{
		{"root_other_phrase", "another phrase than the root key's, all else in order", "root key", func(f *file) {
			f.wallet.set("phrase", quote(letter))
		}},
		{"root_third_phrase", "another phrase, of zeros", "root key", func(f *file) { f.wallet.set("phrase", quote(abandon)) }},
		{"root_forged", "a whole file of another vault, sealed to this vault's key; the thief's words inside are ours", "root key", func(f *file) {
			key := f.vault.vaultKey
			*f = *ofOther()
			f.recipients[0] = recipient(key)
			f.seed = hex.EncodeToString(key)
			f.wallet.set("phrase", quote(winner))
		}},
		{"root_files_kit", "a files part opened by the kit, for another phrase", "root key", func(f *file) {
			f.files(member{"files/f", "x"})
			f.seed, f.phrase = hex.EncodeToString(f.vault.filesKey), letter
		}},
		{"vault_files_other", "the files part of another vault, with this vault's phrase", "wrong key", func(f *file) {
			f.files(member{"files/f", "x"})
			f.phrase = letter
		}},
		{"vault_manifest_other", "another vault's manifest and signature", "manifest signature", func(f *file) {
			f.signer = other.owner
			f.manifest.set("vault", quote(hash(other.root.public())))
		}},
		{"vault_stanza_other", "this vault's files under another vault's stanza", "manifest signature", func(f *file) {
			f.stanza, f.stanzaSigner = newStanza(other), other.root
		}},
		{"vault_owner_other", "signed by a thief's owner key", "manifest signature", func(f *file) { f.signer = other.owner }},
		{"vault_parts_mixed", "a wallet part's content under a files part's manifest", "members", func(f *file) {
			wallet := f.wallet.json()
			f.files(member{"files/f", "x"})
			f.entriesTo = func(e []entry) []entry { return append(e[:3], regular(member{"wallet.json", wallet})) }
		}},
	}
}

func ofOther() *file {
	f := newFile()
	v := other
	f.vault, f.signer, f.stanzaSigner, f.stanza = v, v.owner, v.root, newStanza(v)
	f.recipients = nil
	f.recipients = append(f.recipients, recipient(v.vaultKey))
	f.wallet.set("owner", quote(hex.EncodeToString(v.owner[:32])))
	f.manifest.set("vault", quote(hash(v.root.public())))
	return f
}
