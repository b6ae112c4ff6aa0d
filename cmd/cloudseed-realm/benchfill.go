package main

import (
	"bytes"
	"context"
	"crypto/sha512"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/seal"
	"github.com/gtank/ristretto255"
	"github.com/spf13/cobra"
)

// newBenchFill makes a realm that has grown, for bench --filled. It is not for operators.
func newBenchFill() *cobra.Command {
	var dir, tenant string
	var records uint32
	c := &cobra.Command{
		Use:    "bench-fill --data DIR --records N",
		Short:  "Make a realm with many records, to be measured by bench --filled N",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if dir == "" || records < 1 {
				return errors.New("--data DIR or --records N is missing")
			}
			var id juicebox.RealmID
			copy(id[:], "cloudseed-filled")
			if err := initialize(io.Discard, dir, keyFile(dir, ""), id); err != nil {
				return err
			}
			if err := fill(c.Context(), dir, id, tenant, records); err != nil {
				return failure{err}
			}
			return nil
		},
	}
	c.Flags().StringVar(&dir, "data", "", "`directory` for a realm that is new")
	c.Flags().StringVar(&tenant, "tenant", "acme", "the vendor's `name`")
	c.Flags().Uint32Var(&records, "records", 0, "how many")
	return c
}

// filledUser is the name of a record that bench-fill made.
func filledUser(number uint32) string { return fmt.Sprintf("bench-filled-%d", number) }

// filledScalar is the share (1), and the point (2) with which bench asks; filled records are
// all of one registration, which no server can see in what is sealed.
func filledScalar(number byte) *ristretto255.Scalar {
	b := sha512.Sum512([]byte{'f', 'i', 'l', 'l', number})
	s, err := ristretto255.NewScalar().SetUniformBytes(b[:])
	if err != nil {
		panic(err) // of 64 bytes there is always one
	}
	return s
}

func filledRegistration() (r juicebox.Register2) {
	r.Version = juicebox.RegistrationVersion{'f'}
	r.NumGuesses = 10
	share := filledScalar(1)
	copy(r.OPRFPrivateKey[:], share.Bytes())
	copy(r.OPRFSignedPublicKey.PublicKey[:], ristretto255.NewIdentityElement().ScalarBaseMult(share).Bytes())
	copy(r.EncryptionKeyScalarShare[:], share.Bytes())
	return r
}

// fill puts records in the order of their ids, which takes minutes where the order of their
// coming would take hours. So pages are as full as they can be.
func fill(ctx context.Context, dir string, id juicebox.RealmID, tenant string, records uint32) error {
	keys, err := seal.Read(keyFile(dir, ""), id)
	if err != nil {
		return err
	}
	ids := make([]realm.RecordID, records)
	for i := range ids {
		ids[i] = realm.NewRecordID(tenant, filledUser(uint32(i)))
	}
	slices.SortFunc(ids, func(a, b realm.RecordID) int { return bytes.Compare(a[:], b[:]) })
	db, err := sql.Open("sqlite", filepath.Join(dir, "realm.db")+"?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)")
	if err != nil {
		return err
	}
	defer db.Close()
	t, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	put, err := t.PrepareContext(ctx, "INSERT INTO records (id, record) VALUES (?, ?)")
	if err != nil {
		return err
	}
	record := realm.Record{State: realm.Registered, Registration: filledRegistration()}.Encode()
	for _, id := range ids {
		if _, err := put.ExecContext(ctx, id[:], keys.Seal(id, record)); err != nil {
			return err
		}
	}
	return errors.Join(put.Close(), t.Commit(), db.Close())
}
