package main

import (
	"slices"
	"strconv"
	"testing"

	"github.com/cloudseed/cloudseed/juicebox"
)

// 50 recoveries with wrong PINs at once: no server answers more guesses than are allowed,
// and each that was spent is answered or lost, never given back.
func TestPublishedClientInParallel(t *testing.T) {
	sdk := startPublished(t)
	servers := startThree(t, "--pacing", "off")
	for _, threshold := range []int{2, 3} {
		for _, allowed := range []int{1, 5, 20} {
			t.Run(strconv.Itoa(threshold)+" of 3, "+strconv.Itoa(allowed), func(t *testing.T) {
				o := order{Configuration: servers.of(threshold, 0, 1, 2), PIN: []byte("1234"), Info: []byte("info"), Guesses: allowed, Parallel: 50}
				servers.ownerKey(t, &o)
				do := func(action string) reply { o.Action = action; return sdk.do(t, o) }
				expect(t, "register", succeeded(""), do("register"))
				storm := do("storm")
				for _, d := range servers {
					if n := storm.Answered[d.url+"req"]; n > allowed {
						t.Errorf("a server answered %d guesses of %d", n, allowed)
					}
				}
				if slices.ContainsFunc(storm.Reasons, func(r int) bool { return r != sdkInvalidPIN }) || len(storm.Reasons) != o.Parallel {
					t.Errorf("the recoveries ended with %v", storm.Reasons)
				}
				t.Logf("answered %v", storm.Answered)
				expect(t, "the right PIN afterwards", wrongPIN(0), do("recover"))
				checkSpent(t, servers, allowed)
			})
		}
	}
}

// checkSpent asks each server how many guesses it ever spent.
func checkSpent(t *testing.T, servers three, want int) {
	t.Helper()
	owner, guess := userKeys(t.Name())
	client := juicebox.Client{Configuration: servers.of(2, 0, 1, 2), AllowFastInsecure: true, Token: ownerTokens(owner, guess)}
	for _, view := range client.View(t.Context()) {
		if view.Err != nil || int(view.GuessesEver) != want {
			t.Errorf("a server spent %d guesses (%v), want %d", view.GuessesEver, view.Err, want)
		}
	}
}
