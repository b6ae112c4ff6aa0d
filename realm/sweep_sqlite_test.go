package realm_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/realmtest"
	"github.com/cloudseed/cloudseed/realm/seal"
	"github.com/cloudseed/cloudseed/realm/sqlite"
)

// A sweep reaches what lies sealed in a database, more of it than one batch, while people
// register and recover.
func TestSweepOfADatabase(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "realm")
	keyFile := filepath.Join(dir, seal.FileName)
	if err := sqlite.Create(dir, realmID); err != nil {
		t.Fatal(err)
	}
	if err := seal.Create(keyFile, realmID); err != nil {
		t.Fatal(err)
	}
	keys, err := seal.Read(keyFile, realmID)
	if err != nil {
		t.Fatal(err)
	}
	database, err := sqlite.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	store := seal.New(database, keys)
	const old, recent = 300, 20
	long := time.Now().Add(-31 * 24 * time.Hour)
	for i := range old + recent {
		when := time.Now()
		if i < old {
			when = long
		}
		record, _, _ := realm.Decide(realm.Record{}, realmtest.Registration(5), when, realm.DefaultRules)
		id := realm.NewRecordID("cloudseed", time.Duration(i).String())
		if err := store.Update(t.Context(), id, func([]byte) ([]byte, error) { return record.Encode(), nil }); err != nil {
			t.Fatal(err)
		}
	}
	r := newRealm(t, realm.Config{Store: store, Rules: realm.DefaultRules})
	done := make(chan bool)
	go func() {
		defer close(done)
		for i := range byte(20) {
			newPerson(t, r, i).expect("meanwhile", phone, "", realmtest.Registration(5), 200)
		}
	}()
	swept, err := r.Sweep(t.Context())
	<-done
	if err != nil || swept.Unproved != old || swept.Corrupt != 0 || swept.Records < recent {
		t.Errorf("swept %+v, %v", swept, err)
	}
	if swept, err = r.Sweep(t.Context()); err != nil || swept != (realm.Swept{Records: recent + 20}) {
		t.Errorf("afterwards: %+v, %v", swept, err)
	}
}
