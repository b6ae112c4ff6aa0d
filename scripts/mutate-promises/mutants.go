package main

// A mutant is one protection, taken out of one file: new stands for old, which is there once.
type mutant struct {
	promise string // as docs/security.md calls it
	out     string // what is taken out, for people
	file    string
	old     string
	new     string
	test    string // which must notice; docs/security.md names it at the promise
}

// without makes an if never true.
func without(promise, out, file, condition, test string) mutant {
	return mutant{promise, out, file, "if " + condition + " {", "if false && (" + condition + ") {", test}
}

// unread makes an if on an error never true.
func unread(promise, out, file, call, test string) mutant {
	return mutant{promise, out, file, "if err := " + call + "; err != nil {", "if err := " + call + "; err != nil && false {", test}
}

var mutants = []mutant{
	{"pin-bound", "the stanza's hash in the stretching of the PIN", "juicebox/stretch.go",
		"lengthPrefixed(version[:], info), passes", "lengthPrefixed(version[:], nil), passes", "cloudseed.TestRelay"},
	without("realms-confirmed", "the question about unknown PIN servers", "restore.go",
		"len(unknown) > 0 && !cfg.AcceptRealms", "cloudseed.TestUnknownRealms"),
	without("hashing", "the refusal of weak hashing", "juicebox/client.go",
		"c.Configuration.PINHashingMode == FastInsecure && !c.AllowFastInsecure", "juicebox.TestFastInsecureRefused"),
	{"guess-counted", "the counting of guesses", "realm/decide.go", "\trecord.GuessCount++\n", "", "internal/attack.TestOperatorAndCloud"},
	{"guess-durable", "the silence after a failed write", "realm/update.go",
		"case err != nil: // the record may be there", "case false && err != nil: // the record may be there", "realm.TestFailingStoreGivesNoAnswer"},
	{"guess-durable", "the disk's word that a commit is there", "realm/sqlite/write.go", "s.broken = syncLog(s.log)", "syncLog(s.log)", "realm/sqlite.TestLostSyncAnswersNothing"},
	{"guess-key", "the owner key's privilege", "realm/role.go",
		"default:\n\t\treturn r == OwnerRole", "default:\n\t\treturn r == OwnerRole || r == GuessRole", "internal/attack.TestGuessKeyOnlyRecovers"},
	without("guess-key", "the signature of a token", "realm/token.go",
		"key.method.Verify(t.signed, t.signature, key.key) != nil", "internal/attack.TestGuessKeyOnlyRecovers"),
	{"token-place", "the audience of a token", "realm/tokencache.go", "case v.audience != realm:", "case false:", "internal/attack.TestReplayedRequests"},
	{"token-time", "the lifetime of a token", "realm/tokencache.go",
		"case !now.Before(v.ends.Add(tokenLeeway)):", "case false:", "internal/attack.TestOldTokens"},
	{"pacing", "the waiting between wrong guesses", "realm/decide.go",
		"wait == 0 {\n\t\t\trecord, reply = guess", "wait > -1 {\n\t\t\trecord, reply = guess", "realm.TestPacing"},
	unread("proof", "the proof of an evaluation", "juicebox/recover_pin.go",
		"verifyProof(blinded, m.OPRFSignedPublicKey.PublicKey, m.OPRFBlindedResult, m.OPRFProof)", "internal/attack.TestReplayedAnswers"),
	without("proof", "the check of a realm's count", "juicebox/recover_pin.go", "m.GuessCount > m.NumGuesses", "juicebox.TestTwoBadRealms"),
	without("stranger", "the comparison of counts before they are reset", "juicebox/counted.go",
		"int(e.count) != int(r.used[e.ID])+1", "juicebox.TestGuessedMeanwhile"),
	{"network", "the refusal to follow redirects", "juicebox/party.go",
		"{ return http.ErrUseLastResponse }", "{ return nil }", "internal/attack.TestNetwork"},
	{"network", "the demand for https", "juicebox/configuration.go",
		`u.Scheme == "http" && loopback(u.Hostname())`, `u.Scheme == "http"`, "internal/attack.TestNetwork"},
	{"other-wallet", "the check that the phrase yields the root key", "restore.go",
		"return o, o.CheckRoot(entropy)", "return o, nil", "internal/attack.TestStolenProfile"},
	{"other-wallet", "the owner's signature", "envelope/manifest.go",
		"if !ed25519.Verify(s.Owner,", "if false && !ed25519.Verify(s.Owner,", "envelope.TestForgery"},
	without("read-back", "the comparison after an upload", "upload.go", "err == nil && !bytes.Equal(got, sealed)", "cloudseed.TestReadBackIsCompared"),
	without("both-pins", "the wait for every place", "retire.go", "!d.mayEnd(r)", "cloudseed.TestBothPINsUntilEveryPlaceHasIt"),
	{"could-not-look", "the difference between nothing and no answer", "find.go",
		"case len(s.Failed) > 0:", "case false:", "cloudseed.TestFindAnswers"},
	{"sealed-records", "the record's id in what is sealed", "realm/seal/seal.go",
		"\tdata = append(data, id[:]...)\n", "", "realm/seal.TestMovedOrChangedRowIsRefused"},
	{"older-database", "the search for the newest note (PostgreSQL)", "realm/postgres/progress.go", "case !found:", "case false:", "realm/postgres.TestLossInFailoverIsNoticed"},
	unread("older-database", "the comparison of counts (SQLite)", "cmd/cloudseed-realm/open.go", "m.Meet(facts.Writes)", "cmd/cloudseed-realm.TestOlderDatabaseIsRefused"),
	{"older-database", "the lock of the mark", "cmd/cloudseed-realm/open.go", "mark.OpenAlone(path, facts.ID)", "mark.Open(path, facts.ID)", "cmd/cloudseed-realm.TestSecondCopyIsRefused"},
	{"older-database", "the note before anybody is answered (PostgreSQL)", "realm/postgres/notes.go",
		`return fmt.Errorf("leaving a note in the database: %w", err)`, "return nil", "realm/postgres.TestOneServer"},
	{"never-shown", "the hiding of secrets from package fmt", "secret/secret.go",
		"io.WriteString(w, hidden)", "io.WriteString(w, string(t.Reveal()))", "secret.TestNeverShown"},
	without("web-page", "the check of the address a page was asked under", "internal/webapp/guard.go", "!slices.Contains(g.hosts, r.Host)", "internal/webapp.TestGuard"),
	unread("web-page", "the check that a form came from the app", "internal/webapp/guard.go", "g.cross.Check(r)", "internal/webapp.TestGuard"),
	{"other-user", "the mode of the link's file", "internal/webapp/guard.go", "os.O_EXCL, 0o600)", "os.O_EXCL, 0o644)", "internal/webapp.TestLinkFile"},
	{"other-user", "the mode of the profile", "internal/profile/profile.go", "os.MkdirAll(dir, 0o700)", "os.MkdirAll(dir, 0o755)", "internal/profile.TestPrivate"},
	without("web-page", "the spending of the link", "internal/webapp/guard.go", "l.used != nil", "internal/webapp.TestLinkTwice"),
	{"no-core", "the flag against dumps", "internal/nodump/nodump_linux.go", "unix.PR_SET_DUMPABLE, 0,", "unix.PR_SET_DUMPABLE, 1,", "internal/nodump.TestOff"},
	{"no-core", "the limit of core files", "internal/nodump/nodump_linux.go", "if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {",
		"if err := error(nil); err != nil {", "internal/nodump.TestOff"},
}
