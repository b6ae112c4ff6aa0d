//go:build unix

package postgres

import (
	"crypto/rand"
	"fmt"
	"testing"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/realm"
)

// BenchmarkUpdate is durable updates, first of fresh records of 508 bytes and then of the
// same ones, by as many callers at once as the case says, times GOMAXPROCS. PostgreSQL
// lets callers share one sync of the disk by itself.
func BenchmarkUpdate(b *testing.B) {
	server := migrated(b, peer.Postgres(b))
	s := mustOpen(b, Config{URL: server.URL() + "&pool_max_conns=64"})
	for _, callers := range []int{1, 32} {
		var ids []realm.RecordID
		b.Run(fmt.Sprintf("insert/%d", callers), func(b *testing.B) {
			ids = make([]realm.RecordID, b.N)
			for i := range ids {
				rand.Read(ids[i][:])
			}
			updateAll(b, s, ids, callers)
		})
		b.Run(fmt.Sprintf("update/%d", callers), func(b *testing.B) { updateAll(b, s, ids, callers) })
	}
}

func updateAll(b *testing.B, s *Store, ids []realm.RecordID, callers int) {
	next := make(chan realm.RecordID, b.N)
	for i := range b.N {
		next <- ids[i%len(ids)]
	}
	b.SetParallelism(callers)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			record := make([]byte, 508)
			rand.Read(record)
			if err := s.Update(ctx, <-next, func([]byte) ([]byte, error) { return record, nil }); err != nil {
				b.Error(err)
			}
		}
	})
}
