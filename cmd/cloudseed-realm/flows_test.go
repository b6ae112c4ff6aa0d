package main

import (
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
)

// What juicebox-sdk 0.3.7 calls its further errors; registering and deleting have numbers of
// their own.
const (
	sdkUpgradeRequired = 3
	sdkTransient       = 6

	sdkInvalidAuthToWrite     = 0
	sdkUpgradeRequiredToWrite = 1
	sdkTransientToWrite       = 4
)

// A flow is what one user does with the published client, step by step.
type flow struct {
	name  string
	with  []option // unless a step says otherwise: 2 of 3, five guesses, tokens of the owner key
	steps []step
}

// Every flow of the published client against our servers, which are processes of their own.
func TestEveryPublishedFlow(t *testing.T) {
	sdk := startPublished(t)
	vendor := newAcme(t)
	servers := startThree(t, "--tenants", vendor.tenants, "--pacing", "off")
	vendor.servers = servers
	var all []flow
	all = append(all, thresholdFlows(servers)...)
	all = append(all, recordFlows(servers)...)
	all = append(all, tokenFlows(servers, vendor)...)
	for _, f := range all {
		t.Run(f.name, func(t *testing.T) {
			for i, s := range f.steps {
				o := order{Configuration: servers.of(2, 0, 1, 2), Secret: []byte("kept"), Info: []byte("info"), Guesses: 5}
				servers.ownerKey(t, &o)
				for _, change := range append(f.with[:len(f.with):len(f.with)], s.with...) {
					change(t, &o)
				}
				o.Action, o.PIN = s.action, []byte(s.pin)
				if diff := cmp.Diff(s.want, sdk.do(t, o)); diff != "" {
					t.Errorf("step %d, %s with %q (-want +got):\n%s", i+1, s.action, s.pin, diff)
				}
			}
		})
	}
}

// What most flows are made of. Unknown PINs are wrong ones.
func register(with ...option) step { return step{"register", "1234", succeeded(""), with} }
func right(with ...option) step    { return step{"recover", "1234", succeeded("kept"), with} }
func wrong(left int, with ...option) step {
	return step{"recover", "9999", wrongPIN(left), with}
}
func remove(with ...option) step { return step{"delete", "", succeeded(""), with} }
func cannot(reason int, with ...option) step {
	return step{"recover", "1234", failed(reason), with}
}
func cannotRegister(reason int, with ...option) step {
	return step{"register", "5678", failed(reason), with}
}
func cannotDelete(reason int, with ...option) step { return step{"delete", "", failed(reason), with} }

func thresholdFlows(servers three) []flow {
	twoOfThree, threeOfThree := servers.of(2, 0, 1, 2), servers.of(3, 0, 1, 2)
	before, now := servers.of(1, 0), servers.of(2, 1, 2)
	return []flow{
		{"1 of 1", []option{in(servers.of(1, 0))}, []step{register(), wrong(4), right()}},
		{"2 of 2", []option{in(servers.of(2, 0, 2))}, []step{register(), wrong(4), right()}},
		{"2 of 3", nil, []step{cannot(sdkNotRegistered), register(), right(), wrong(4), wrong(3), right(), wrong(4)}},
		{"3 of 3", []option{in(threeOfThree)}, []step{cannot(sdkNotRegistered), register(), right(), wrong(4), wrong(3), right(), wrong(4)}},
		{"2 of 3, some away", nil, []step{
			register(), right(in(away(twoOfThree, 1))), wrong(4, in(away(twoOfThree, 2))),
			cannot(sdkTransient, in(away(twoOfThree, 1, 2))), right(),
		}},
		{"3 of 3, one away", []option{in(threeOfThree)}, []step{register(), cannot(sdkTransient, in(away(threeOfThree, 1))), right()}},
		{"registering, one away", nil, []step{cannotRegister(sdkTransientToWrite, in(away(twoOfThree, 1))), cannot(sdkNotRegistered)}},
		{"previous configurations", []option{in(now), previous(before)}, []step{
			register(in(before), previous()),
			cannot(sdkNotRegistered, previous()),
			right(), wrong(4), right(previous(servers.of(1, 1), before)),
			{"register", "5678", succeeded(""), []option{kept("new")}},
			{"recover", "5678", succeeded("new"), nil},
			wrong(4), {"recover", "1234", wrongPIN(3), nil}, // the new one alone counts, once it is there
			remove(), right(),
		}},
	}
}

func recordFlows(servers three) []flow {
	long := strings.Repeat("x", 128)
	return []flow{
		{"the longest secret", []option{kept(long)}, []step{register(), {"recover", "1234", succeeded(long), nil}}},
		{"a PIN of any bytes", nil, []step{
			{"register", "", succeeded(""), nil}, {"recover", "", succeeded("kept"), nil}, {"recover", "0", wrongPIN(4), nil},
			{"register", long + "ü\x00", succeeded(""), nil}, {"recover", long + "ü\x00", succeeded("kept"), nil}, {"recover", long + "ü", wrongPIN(4), nil},
		}},
		{"other info is a wrong PIN", nil, []step{register(), {"recover", "1234", wrongPIN(4), []option{info("other")}}, right()}},
		{"registered again", nil, []step{
			register(), wrong(4), {"register", "5678", succeeded(""), []option{kept("new")}},
			{"recover", "1234", wrongPIN(4), nil}, {"recover", "5678", succeeded("new"), nil},
		}},
		{"lock-out", []option{guesses(2)}, []step{
			register(), wrong(1), wrong(0), {"recover", "1234", wrongPIN(0), nil}, {"recover", "1234", wrongPIN(0), nil}, register(), right(),
		}},
		{"the last try is a try", []option{guesses(2)}, []step{register(), wrong(1), right(), wrong(1), right()}},
		{"delete", nil, []step{remove(), register(), remove(), cannot(sdkNotRegistered), remove(), register(), right()}},
		{"delete after a lock-out", []option{guesses(1)}, []step{register(), wrong(0), remove(), cannot(sdkNotRegistered)}},
		{"delete, one away", nil, []step{
			register(), cannotDelete(sdkTransientToWrite, in(away(servers.of(2, 0, 1, 2), 0))),
			cannot(sdkNotRegistered), // a single record is below the threshold
		}},
	}
}

func tokenFlows(servers three, v *acme) []flow {
	refused := func(how option) step { return cannot(sdkInvalidAuth, how) }
	hs256, none := v.keys["1"], acmeKey{jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType}
	minute := func(n int) int64 { return time.Now().Add(time.Duration(n) * time.Minute).Unix() }
	return []flow{
		{"an old version", nil, []step{
			register(), cannot(sdkUpgradeRequired, says("0.1.9")), cannot(sdkUpgradeRequired, says("")), cannot(sdkUpgradeRequired, says("0.3")),
			cannotRegister(sdkUpgradeRequiredToWrite, says("0.1.9")), cannotDelete(sdkUpgradeRequiredToWrite, says("0.1.9")),
			right(says("0.2.0")), right(says("1.0.0")),
		}},
		{"EdDSA, made by its own generator", []option{v.generator}, []step{register(), right(), wrong(4), remove()}},
		{"HS256", []option{v.token("1", nil)}, []step{register(), right(), wrong(4), remove()}},
		{"HS256, its key in hex", []option{v.token("2", nil)}, []step{register(), right(), wrong(4), remove()}},
		{"EdDSA", []option{v.token("3", nil)}, []step{register(), right(), wrong(4), remove()}},
		{"RS256", []option{v.token("4", nil)}, []step{register(), right(), wrong(4), remove()}},
		{"one user under all algorithms", []option{v.token("1", nil)}, []step{
			register(), right(v.token("2", nil)), right(v.token("3", nil)), wrong(4, v.token("4", nil)), right(),
		}},
		{"refused tokens", []option{v.token("1", nil)}, []step{
			register(),
			refused(v.token("1", jwt.MapClaims{"exp": minute(-1)})), refused(v.token("1", jwt.MapClaims{"nbf": minute(30), "exp": minute(40)})),
			refused(v.token("1", jwt.MapClaims{"exp": minute(25 * 60)})), refused(v.token("1", jwt.MapClaims{"exp": nil})),
			refused(v.token("1", jwt.MapClaims{"aud": juicebox.RealmID{9}.String()})), refused(v.token("1", jwt.MapClaims{"scope": "audit"})),
			refused(v.token("1", jwt.MapClaims{"iss": "other"})), refused(v.token("1", jwt.MapClaims{"sub": ""})),
			refused(v.forged("9", hs256, nil)), refused(v.forged("2", hs256, nil)), refused(v.forged("3", hs256, nil)), refused(v.forged("1", none, nil)),
			cannotRegister(sdkInvalidAuthToWrite, v.forged("2", hs256, nil)), cannotDelete(sdkInvalidAuthToWrite, v.forged("2", hs256, nil)),
			right(), // nothing of this cost a try or changed the record
			wrong(4),
		}},
		{"guess key", nil, []step{
			register(), right(servers.guessKey), wrong(4, servers.guessKey),
			cannotRegister(sdkInvalidAuthToWrite, servers.guessKey), cannotDelete(sdkInvalidAuthToWrite, servers.guessKey),
			wrong(3), right(),
		}},
	}
}
