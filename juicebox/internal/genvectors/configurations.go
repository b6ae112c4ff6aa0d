package main

// configurationCases are stanzas, well signed, whose realms a client must not ask.
func configurationCases() (all []*vector) {
	add := func(name, comment string, change func(*world)) {
		w := newWorld(1, 1)
		w.hashing = "Standard2019"
		change(w)
		all = append(all, &vector{name: "configuration_" + name, Kind: "configuration", Expect: "configuration", Comment: comment, Stanza: w.makeStanza()})
	}
	for name, c := range map[string][2]string{
		"http":             {"http://1.example/", "not encrypted, to another computer"},
		"user":             {"https://user:password@1.example/", "a password in the address"},
		"query":            {"https://1.example/?a=b", "a query in the address"},
		"fragment":         {"https://1.example/#a", "a fragment in the address"},
		"empty_query":      {"https://1.example/?", "an empty query"},
		"no_host":          {"https:///req", "no host"},
		"relative":         {"1.example/", "no scheme"},
		"other_scheme":     {"ftp://1.example/", "another scheme"},
		"file":             {"file:///etc/", "a file"},
		"opaque":           {"https:1.example", "no slashes"},
		"loopback_as_name": {"http://127.0.0.1.example/", "a name that begins like a loopback address, not encrypted"},
	} {
		add(name, c[1], func(w *world) { w.address = func(int) string { return c[0] } })
	}
	add("weak_hashing", "the PIN hashing that is for tests", func(w *world) { w.hashing = "FastInsecure" })
	add("unknown_hashing", "PIN hashing that nobody knows", func(w *world) { w.hashing = "Standard2038" })
	return all
}
