package cloudseed

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloudseed/cloudseed/juicebox"
)

func TestWhoCanOpen(t *testing.T) {
	realms := func(addresses ...string) (all []juicebox.Realm) {
		for i, a := range addresses {
			all = append(all, juicebox.Realm{ID: juicebox.RealmID{byte(i + 1)}, Address: a})
		}
		return all
	}
	always := []Access{{Holder: HolderDevice, Verdict: VerdictCannot}, {Holder: HolderMalware, Verdict: VerdictCan}, {Holder: HolderUs, Verdict: VerdictCannot}}
	for name, c := range map[string]struct {
		realms []juicebox.Realm
		needed int
		want   []Access
	}{
		"three operators": {realms("https://a.example/", "https://b.example/", "https://c.example/"), 2, []Access{
			{Holder: HolderPlace, Verdict: VerdictGuesses, Guesses: 15},
			{Holder: HolderRealm, Verdict: VerdictCannot, Realms: 1},
			{Holder: HolderRealmAndPlace, Verdict: VerdictGuesses, Guesses: 20, Realms: 1},
			{Holder: HolderRealms, Verdict: VerdictCannot, Realms: 2},
			{Holder: HolderRealmsAndPlace, Verdict: VerdictCan, Realms: 2}}},
		"all needed": {realms("https://a.example/", "https://b.example/", "https://c.example/"), 3, []Access{
			{Holder: HolderPlace, Verdict: VerdictGuesses, Guesses: 10},
			{Holder: HolderRealm, Verdict: VerdictCannot, Realms: 1},
			{Holder: HolderRealmAndPlace, Verdict: VerdictGuesses, Guesses: 10, Realms: 1},
			{Holder: HolderRealms, Verdict: VerdictCannot, Realms: 3},
			{Holder: HolderRealmsAndPlace, Verdict: VerdictCan, Realms: 3}}},
		"two realms behind one name": {realms("https://a.example/1/", "https://a.example/2/", "https://c.example/"), 2, []Access{
			{Holder: HolderPlace, Verdict: VerdictGuesses, Guesses: 15},
			{Holder: HolderRealm, Verdict: VerdictCannot, Realms: 2},
			{Holder: HolderRealmAndPlace, Verdict: VerdictCan, Realms: 2}}},
		"embedded": {realms("embedded://01/", "embedded://02/", "embedded://03/"), 2, []Access{
			{Holder: HolderPlace, Verdict: VerdictGuesses, Guesses: 15},
			{Holder: HolderComputer, Verdict: VerdictCan, Realms: 3}}},
	} {
		if diff := cmp.Diff(append(c.want, always...), WhoCanOpen(c.realms, c.needed, 10)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
