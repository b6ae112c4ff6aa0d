package webapp

import (
	"net/http"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

// A backupFlow is what has been typed on the way to a backup.
type backupFlow struct {
	name       string
	typed      secret.Text // the phrase as typed
	phrase     phrase.Phrase
	passphrase secret.Text
	made       bool      // the phrase was made here
	written    time.Time // when its words were shown to be on paper; zero for not
	pin        secret.Text
	verified   bool // typed twice
	places     []chosenPlace
	device     *cloudseed.Device // what came of it, for the last screen
}

// A restoreFlow is what has been typed and found on the way back.
type restoreFlow struct {
	places   []chosenPlace
	search   *cloudseed.Search
	chosen   *cloudseed.Backup
	accepted bool     // unknown PIN servers were shown and confirmed
	problem  *problem // of the last PIN
	left     int      // tries left after it; -1 when unknown
	restored *cloudseed.Restored
}

// A chosenPlace was reached and can be used.
type chosenPlace struct {
	cloudseed.Place
	password secret.Text
	account  string
}

// DefaultName is what a wallet is called when nobody gives it a name.
const DefaultName = "My wallet"

func (f *backupFlow) takeName(r *http.Request) {
	f.name = strings.Join(strings.Fields(r.PostFormValue("name")), " ")
	if f.name == "" {
		f.name = DefaultName
	}
}

func (f *backupFlow) begun() bool {
	return f.typed.Len() > 0 || f.phrase.Count() > 0 || f.pin.Len() > 0 || len(f.places) > 0
}

func (f *backupFlow) clear() {
	f.typed.Clear()
	f.phrase.Clear()
	f.passphrase.Clear()
	f.pin.Clear()
	clearPlaces(f.places)
	*f = backupFlow{device: f.device}
}

func (f *restoreFlow) begun() bool { return f.restored != nil || len(f.places) > 0 }

func (f *restoreFlow) clear() {
	if f.restored != nil {
		f.restored.Wallet.Phrase.Clear()
		f.restored.Wallet.Passphrase.Clear()
	}
	clearPlaces(f.places)
	*f = restoreFlow{left: -1}
}

func clearPlaces(places []chosenPlace) {
	for _, p := range places {
		p.password.Clear()
	}
}

func placesOf(chosen []chosenPlace) []cloudseed.Place {
	var places []cloudseed.Place
	for _, p := range chosen {
		places = append(places, p.Place)
	}
	return places
}
