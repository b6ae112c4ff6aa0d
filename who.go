package cloudseed

import (
	"net/url"

	"github.com/cloudseed/cloudseed/juicebox"
)

// A Holder is somebody who might want to open a backup.
type Holder string

const (
	HolderPlace          Holder = "place"           // the cloud provider, or a thief of the cloud login
	HolderRealm          Holder = "realm"           // the PIN server operator with the most realms
	HolderRealmAndPlace  Holder = "realm and place" // that operator and the cloud together
	HolderRealms         Holder = "realms"          // enough operators together
	HolderRealmsAndPlace Holder = "realms and place"
	HolderKitAndPlace    Holder = "kit and place" // whoever has the emergency kit and the file
	HolderComputer       Holder = "computer"      // embedded realms: a thief of this computer's disk and the file
	HolderDevice         Holder = "device"        // a thief of the unlocked device
	HolderMalware        Holder = "malware"       // software that sees the PIN being typed
	HolderUs             Holder = "us"            // the makers of this program
)

// A Verdict says how far a holder gets.
type Verdict string

const (
	VerdictCannot  Verdict = "cannot"  // has nothing that opens it
	VerdictGuesses Verdict = "guesses" // may try Access.Guesses PINs, no more
	VerdictCan     Verdict = "can"     // opens it, a short PIN in minutes
)

// KitAccess is the row that an emergency kit adds to those of WhoCanOpen.
var KitAccess = Access{Holder: HolderKitAndPlace, Verdict: VerdictCan}

// An Access is one row of "Who can open this?".
type Access struct {
	Holder  Holder
	Verdict Verdict
	Guesses int // with VerdictGuesses
	Realms  int // how many realms that operator runs, of the holders that name one
}

// WhoCanOpen computes who can open a backup from its realms, the number of them needed,
// the wrong PINs that each allows, and nothing else. Operators are told apart by host name:
// two realms behind one name are one operator's.
func WhoCanOpen(realms []juicebox.Realm, needed, guesses int) []Access {
	most := mostUnderOneHost(realms)
	rows := []Access{{Holder: HolderPlace, Verdict: VerdictGuesses, Guesses: attempts(len(realms), 0, needed, guesses)}}
	if (juicebox.Configuration{Realms: realms}).TryingOut() {
		rows = append(rows, Access{Holder: HolderComputer, Verdict: VerdictCan, Realms: most})
	} else {
		rows = append(rows, realmRows(len(realms), most, needed, guesses)...)
	}
	return append(rows, Access{Holder: HolderDevice, Verdict: VerdictCannot},
		Access{Holder: HolderMalware, Verdict: VerdictCan}, Access{Holder: HolderUs, Verdict: VerdictCannot})
}

func realmRows(n, most, needed, guesses int) []Access {
	one := Access{Holder: HolderRealm, Verdict: VerdictCannot, Realms: most}
	withPlace := Access{Holder: HolderRealmAndPlace, Verdict: VerdictCan, Realms: most}
	if most >= needed {
		return []Access{one, withPlace}
	}
	withPlace.Verdict, withPlace.Guesses = VerdictGuesses, attempts(n, most, needed, guesses)
	return []Access{one, withPlace,
		{Holder: HolderRealms, Verdict: VerdictCannot, Realms: needed},
		{Holder: HolderRealmsAndPlace, Verdict: VerdictCan, Realms: needed}}
}

// attempts is how many PINs can be tried online by somebody who holds the file and c of n
// realms, of which t are needed: each try uses t-c of the others, and each of those allows g.
func attempts(n, c, t, g int) int { return (n - c) * g / (t - c) }

func mostUnderOneHost(realms []juicebox.Realm) int {
	count, most := map[string]int{}, 0
	for _, r := range realms {
		host := r.Address
		if u, err := url.Parse(r.Address); err == nil {
			host = u.Hostname()
		}
		if embedded(r) {
			host = "" // all of them are in one program
		}
		count[host]++
		most = max(most, count[host])
	}
	return most
}
