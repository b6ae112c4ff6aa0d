package main

import (
	"bytes"
	"strings"
)

// requestCases are messages to a realm. With role they are shown with that key's token.
func requestCases() (all []*vector) {
	add := func(name, expect, comment, role string, b []byte) {
		all = append(all, &vector{name: "request_" + name, Kind: "request", Expect: expect, Comment: comment, Role: role, Message: b})
	}
	w := newWorld(1, 1).build()
	register := w.records[0]
	recover2 := pairs{{"version", w.version}, {"oprf_blinded_input", base(small(7)).Bytes()}}
	recover3 := pairs{{"version", w.version}, {"unlock_key_tag", w.tag(1)}}
	ok := func(name, role string, b []byte) { add(name+"_"+role, "success", "a good request", role, b) }
	for _, name := range []string{"Register1", "Recover1", "Delete"} {
		ok(strings.ToLower(name), "owner", encode(name))
	}
	ok("register2", "owner", message("Register2", register))
	for _, role := range []string{"owner", "guess"} {
		ok("recover2", role, message("Recover2", recover2))
		ok("recover3", role, message("Recover3", recover3))
	}
	ok("recover1", "guess", encode("Recover1"))
	for name, b := range map[string][]byte{"register1": encode("Register1"), "register2": message("Register2", register), "delete": encode("Delete")} {
		add(name+"_guess", "role", "the guess key may only recover", "guess", b)
	}

	refused := func(name, comment string, b []byte) { add(name, "message", comment, "owner", b) }
	for name, fields := range map[string]pairs{"Register2": register, "Recover2": recover2, "Recover3": recover3} {
		lower := strings.ToLower(name)
		for _, path := range fields.paths() {
			refused(lower+"_without_"+path[len(path)-1], "a field is missing", message(name, fields.without(path...)))
		}
		refused(lower+"_more", "a field more", message(name, append(fields.clone(), pair{"x", 1})))
		last := len(fields) - 1
		refused(lower+"_order", "the fields in another order", message(name, append(pairs{fields[last]}, fields[:last]...)))
		refused(lower+"_twice", "a field twice", message(name, append(fields.clone(), fields[0])))
		refused(lower+"_no_fields", "a text instead of the fields", encode(name))
		refused(lower+"_short", "a field with a byte less", message(name, fields.with(w.version[1:], "version")))
		refused(lower+"_long", "a field with a byte more", message(name, fields.with(append(bytes.Clone(w.version), 0), "version")))
		refused(lower+"_text", "a text where bytes belong", message(name, fields.with("0123456789abcdef", "version")))
		refused(lower+"_array", "an array of numbers where bytes belong", message(name, fields.with(raw(append(head(4, 16), make([]byte, 16)...)), "version")))
		refused(lower+"_longer_head", "a length in a longer form than needed", message(name, fields.with(raw(append(longHead(2, 16), w.version...)), "version")))
		refused(lower+"_trailing", "a byte behind the message", append(message(name, fields), 0))
		refused(lower+"_cut", "cut short", message(name, fields)[:len(message(name, fields))-1])
		refused(lower+"_tagged", "in a tag", append([]byte{0xd9, 0xd9, 0xf7}, message(name, fields)...))
	}
	for _, name := range []string{"Register1", "Recover1", "Delete"} {
		refused(strings.ToLower(name)+"_fields", "fields where none belong", message(name, pairs{}))
		refused(strings.ToLower(name)+"_trailing", "a byte behind the message", append(encode(name), 0))
	}
	refused("unknown", "an unknown request", encode("Recover4"))
	refused("two", "two requests in one map", encode(pairs{{"Recover3", recover3}, {"Recover2", recover2}}))
	refused("indefinite", "a map of indefinite length", join([]byte{0xbf}, encode("Recover3"), encode(recover3), []byte{0xff}))
	refused("guesses_65536", "more guesses than fit", message("Register2", register.with(65536, "policy", "num_guesses")))
	refused("guesses_negative", "fewer guesses than none", message("Register2", register.with(raw{0x20}, "policy", "num_guesses")))
	refused("guesses_float", "guesses as a float", message("Register2", register.with(raw{0xf9, 0x49, 0x00}, "policy", "num_guesses")))
	refused("empty", "no byte", nil)
	refused("too_large", "2049 bytes", append(message("Register2", register), make([]byte, 2049-len(message("Register2", register)))...))

	zero, over := make([]byte, 32), bytes.Repeat([]byte{0xff}, 32)
	add("guesses_none", "policy", "a registration that could never be recovered", "owner", message("Register2", register.with(0, "policy", "num_guesses")))
	group := func(name, comment string, b []byte) { add(name, "group", comment, "owner", b) }
	for _, field := range []string{"oprf_private_key", "encryption_key_scalar_share"} {
		group(field+"_zero", "a scalar that is zero", message("Register2", register.with(zero, field)))
		group(field+"_not_reduced", "a scalar that is not less than the order", message("Register2", register.with(plusOrder(register.at(field).value.([]byte)), field)))
	}
	group("public_key_identity", "the identity", message("Register2", register.with(zero, "oprf_signed_public_key", "public_key")))
	group("public_key_no_point", "no point", message("Register2", register.with(over, "oprf_signed_public_key", "public_key")))
	group("blinded_identity", "the identity", message("Recover2", recover2.with(zero, "oprf_blinded_input")))
	group("blinded_no_point", "no point", message("Recover2", recover2.with(over, "oprf_blinded_input")))
	return all
}

// answerCases are messages from a realm.
func answerCases() (all []*vector) {
	add := func(name, expect, comment string, b []byte) {
		all = append(all, &vector{name: "answer_" + name, Kind: "answer", Expect: expect, Comment: comment, Message: b})
	}
	w := newWorld(1, 1).build()
	ok := func(name string, b []byte) { add(name, "success", "a good answer", b) }
	refused := func(name, comment string, b []byte) { add(name, "message", comment, b) }
	for name, statuses := range map[string][]string{
		"Register1": {"Ok"}, "Register2": {"Ok"}, "Delete": {"Ok"}, "Recover1": {"NotRegistered", "NoGuesses"},
		"Recover2": {"VersionMismatch", "NotRegistered", "NoGuesses"}, "Recover3": {"VersionMismatch", "NotRegistered", "NoGuesses"},
	} {
		for _, status := range statuses {
			ok(strings.ToLower(name+"_"+status), answer(name, status, nil))
		}
		refused(strings.ToLower(name)+"_unknown", "an unknown status", answer(name, "Perhaps", nil))
		refused(strings.ToLower(name)+"_no_status", "no status", encode(name))
		if len(statuses) > 1 {
			refused(strings.ToLower(name)+"_no_fields", "Ok without its fields", answer(name, "Ok", nil))
		}
	}
	refused("register2_fields", "fields where none belong", answer("Register2", "Ok", pairs{}))
	refused("recover1_badunlockkeytag", "a status of another request", answer("Recover1", "BadUnlockKeyTag", nil))
	s := script{}
	evaluation := w.evaluation(&s, 1, base(small(7)))
	r := w.records[0]
	for name, c := range map[string]struct {
		request, status string
		fields          pairs
	}{
		"recover1": {"Recover1", "Ok", pairs{{"version", w.version}}},
		"recover2": {"Recover2", "Ok", evaluation},
		"recover3": {"Recover3", "Ok", pairs{*r.at("encryption_key_scalar_share"), *r.at("encrypted_secret"), *r.at("encrypted_secret_commitment")}},
		"bad_tag":  {"Recover3", "BadUnlockKeyTag", pairs{{"guesses_remaining", 9}}},
	} {
		whole := answer(c.request, c.status, c.fields)
		ok(name+"_ok", whole)
		add(name+"_more", "success", "a field that this version does not know is passed over", answer(c.request, c.status, append(c.fields.clone(), pair{"x", 1})))
		last := len(c.fields) - 1
		add(name+"_order", "success", "the order of the fields is free", answer(c.request, c.status, append(pairs{c.fields[last]}, c.fields[:last]...)))
		for _, path := range c.fields.paths() {
			refused(name+"_without_"+path[len(path)-1], "a field is missing", answer(c.request, c.status, c.fields.without(path...)))
			if b, isBytes := c.fields.at(path...).value.([]byte); isBytes {
				refused(name+"_short_"+path[len(path)-1], "a field with a byte less", answer(c.request, c.status, c.fields.with(b[1:], path...)))
				refused(name+"_long_"+path[len(path)-1], "a field with a byte more", answer(c.request, c.status, c.fields.with(append(bytes.Clone(b), 0), path...)))
			} else {
				refused(name+"_large_"+path[len(path)-1], "a number of more than 16 bits", answer(c.request, c.status, c.fields.with(65536, path...)))
				refused(name+"_negative_"+path[len(path)-1], "a number below zero", answer(c.request, c.status, c.fields.with(raw{0x20}, path...)))
			}
		}
		refused(name+"_twice", "a field twice", answer(c.request, c.status, append(c.fields.clone(), c.fields[0])))
		refused(name+"_trailing", "a byte behind the message", append(bytes.Clone(whole), 0))
		refused(name+"_cut", "cut short", whole[:len(whole)-1])
		refused(name+"_tagged", "in a tag", append([]byte{0xd9, 0xd9, 0xf7}, whole...))
		refused(name+"_indefinite", "a map of indefinite length", join([]byte{0xbf}, encode(c.request), encode(pairs{{c.status, c.fields}}), []byte{0xff}))
		refused(name+"_array", "an array instead of the map", join(head(4, 2), encode(c.request), encode(c.status)))
	}
	refused("unknown", "an answer to an unknown request", answer("Recover4", "Ok", nil))
	refused("two", "answers to two requests", encode(pairs{{"Delete", "Ok"}, {"Register1", "Ok"}}))
	refused("empty", "no byte", nil)
	return all
}
