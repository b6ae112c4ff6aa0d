package main

import "strings"

func manifestCases() []testCase {
	var all []testCase
	add := func(name, comment, expect string, spoil func(*file)) {
		all = append(all, testCase{name, comment, expect, spoil})
	}
	refused := func(name, comment string, spoil func(*file)) { add("manifest_"+name, comment, "manifest", spoil) }
	unsigned := func(name, comment string, spoil func(*file)) {
		add("signature_"+name, comment, "manifest signature", spoil)
	}
	set := func(key, value string) func(*file) { return func(f *file) { f.manifest.set(key, value) } }
	text := func(change func(string) string) func(*file) { return func(f *file) { f.manifestTo = change } }
	swap := func(old, new string) func(*file) {
		return text(func(s string) string { return strings.Replace(s, old, new, 1) })
	}
	signature := func(change func([]byte) []byte) func(*file) { return func(f *file) { f.signatureTo = change } }

	unsigned("by_root", "signed by the root key", func(f *file) { f.signer = f.vault.root })
	unsigned("changed", "a changed signature", signature(func(b []byte) []byte { b[9] ^= 1; return b }))
	unsigned("short", "a signature of 63 bytes", signature(func(b []byte) []byte { return b[:63] }))
	unsigned("long", "a signature of 65 bytes", signature(func(b []byte) []byte { return append(b, 0) }))
	unsigned("empty", "no signature", signature(func(b []byte) []byte { return nil }))
	unsigned("malleable", "a signature whose second half is not reduced", signature(func(b []byte) []byte {
		return append(b[:32:32], addOrder(b[32:])...)
	}))
	unsigned("plain", "signed without what must stand in front", func(f *file) { f.context = "" })
	unsigned("as_stanza", "signed as a stanza", func(f *file) { f.context = "cloudseed stanza 1\x00" })
	unsigned("manifest_changed", "a changed manifest", func(f *file) {
		f.entriesTo = func(e []entry) []entry {
			e[1].data = strings.Replace(e[1].data, "2026", "2027", 1)
			return e
		}
	})

	refused("not_json", "not JSON", text(func(string) string { return "README" }))
	refused("empty", "no bytes", text(func(string) string { return "" }))
	refused("array", "an array", text(func(string) string { return "[]\n" }))
	refused("null", "null", text(func(string) string { return "null\n" }))
	for _, e := range newFile().manifest {
		refused("no_"+e.key, "a key is missing", func(f *file) { f.manifest.remove(e.key) })
		refused("null_"+e.key, "null in the place of a value", set(e.key, "null"))
	}
	refused("more", "a key that does not belong", func(f *file) { f.manifest = append(f.manifest, list{{"more", "1"}}...) })
	refused("twice", "a key twice", func(f *file) { f.manifest = append(f.manifest, list{{"generation", "1"}}...) })
	refused("order", "keys in another order", func(f *file) { f.manifest[0], f.manifest[1] = f.manifest[1], f.manifest[0] })
	refused("key_case", "a key that differs by case", swap(`"vault"`, `"Vault"`))
	refused("one_line", "in one line", text(func(s string) string { return strings.ReplaceAll(s, "\n", "") }))
	refused("tabs", "indented by tabs", text(func(s string) string { return strings.ReplaceAll(s, "  ", "\t") }))
	refused("crlf", "lines that end in CR LF", text(func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }))
	refused("no_line_feed", "no line feed at the end", text(func(s string) string { return strings.TrimSuffix(s, "\n") }))
	refused("trailing", "something behind the end", text(func(s string) string { return s + "{}\n" }))
	refused("bom", "a byte order mark", text(func(s string) string { return "\ufeff" + s }))
	refused("escape", "an escape that is not needed", swap("Samantha's", `\u0053amantha's`))
	refused("escape_slash", "an escaped slash", swap("cloudseed/1", `cloudseed\/1`))
	refused("surrogate", "half a character", swap("Samantha's", `\ud800`))
	refused("utf8", "text that is not UTF-8", swap("Samantha's", "Zo\xeb"))
	refused("number_form", "a number of another form", set("generation", "1.0"))
	refused("number_exponent", "a number with an exponent", set("generation", "1e0"))
	refused("number_text", "a number as text", set("generation", `"1"`))

	refused("format", "another format", set("format", `"other/1"`))
	refused("vault", "of another vault", set("vault", quote(hash(other.root.public()))))
	refused("vault_capitals", "a hash in capitals", set("vault", quote(strings.ToUpper(hash(samantha.root.public())))))
	refused("vault_short", "a hash of 31 bytes", set("vault", quote(hash(samantha.root.public())[:62])))
	refused("vault_long", "a hash of 33 bytes", set("vault", quote(hash(samantha.root.public())+"00")))
	refused("stanza", "of another stanza", set("stanza", quote(hash(nil))))
	refused("part", "an unknown part", set("part", `"purse"`))
	refused("part_empty", "no part", set("part", `" "`))
	refused("generation_zero", "generations count from 1", set("generation", "0"))
	refused("generation_negative", "a negative generation", set("generation", "-1"))
	refused("generation_huge", "a generation of 32 bits", set("generation", "2147483648"))
	refused("generation_64", "a generation of more than 64 bits", set("generation", "18446744073709551616"))
	refused("previous_form", "a hash of another form", func(f *file) {
		f.manifest.set("generation", "2")
		f.manifest.set("previous", `"abc"`)
	})
	refused("previous_capitals", "a hash in capitals", func(f *file) {
		f.manifest.set("generation", "2")
		f.manifest.set("previous", quote(strings.ToUpper(hash(nil))))
	})
	refused("previous_first", "the first generation names a previous file", set("previous", quote(hash(nil))))
	files := func(generation, sum string) func(*file) {
		return set("files", "{\n    \"generation\": "+generation+",\n    \"sha256\": "+quote(sum)+"\n  }")
	}
	refused("files_no_hash", "a files part without its hash", files("1", ""))
	refused("files_no_generation", "a files part without its generation", files("0", hash(nil)))
	refused("files_negative", "a negative generation of files", files("-1", hash(nil)))
	refused("files_huge", "a generation of files of 32 bits", files("2147483648", hash(nil)))
	refused("files_form", "a hash of another form", files("1", "abc"))
	refused("files_more", "a key that does not belong", set("files", "{\n    \"generation\": 0,\n    \"sha256\": \"\",\n    \"x\": 1\n  }"))
	refused("created_offset", "a time of another zone", set("created", `"2026-11-01T20:00:00+01:00"`))
	refused("created_zero_offset", "UTC in another form", set("created", `"2026-11-01T20:00:00+00:00"`))
	refused("created_fraction", "a part of a second", set("created", `"2026-11-01T20:00:00.5Z"`))
	refused("created_day", "a day that does not exist", set("created", `"2026-02-30T20:00:00Z"`))
	refused("created_second", "a second that does not exist", set("created", `"2026-11-01T20:00:60Z"`))
	refused("created_form", "a time of another form", set("created", `"2026-11-01 20:00:00"`))
	refused("created_number", "a time as a number", set("created", "1793563200"))
	refused("places_number", "a place that is a number", set("places", "[\n    1\n  ]"))
	refused("places_form", "an empty list of another form", set("places", "[\n  ]"))
	refused("part_files_files", "a files part that names a files part", func(f *file) {
		f.files(member{"files/f", "x"})
		files("1", hash(nil))(f)
	})
	refused("part_files_places", "a files part that names places", func(f *file) {
		f.files(member{"files/f", "x"})
		f.manifest.set("places", "[\n    \"folder\"\n  ]")
	})
	refused("members_null_inside", "null in the list of members", set("members", "[\n    null\n  ]"))
	refused("members_more", "a key that does not belong to a member", swap(`"size": 15,`, `"size": 15,`+"\n      \"mode\": 6,"))
	return all
}
