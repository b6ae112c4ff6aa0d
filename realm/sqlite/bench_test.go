package sqlite

import (
	"crypto/rand"
	"testing"

	"github.com/cloudseed/cloudseed/realm"
)

// BenchmarkUpdate is durable updates of fresh records of 431 bytes, by as many callers
// at once as the case says, times GOMAXPROCS. More callers share one sync of the disk.
func BenchmarkUpdate(b *testing.B) {
	for _, callers := range []struct {
		name string
		n    int
	}{{"1", 1}, {"32", 32}, {"256", 256}} {
		b.Run(callers.name, func(b *testing.B) {
			dir := b.TempDir()
			if err := Create(dir, realmID); err != nil {
				b.Fatal(err)
			}
			s, err := Open(dir)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			b.SetParallelism(callers.n)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					var id realm.RecordID
					rand.Read(id[:])
					if err := s.Update(ctx, id, func([]byte) ([]byte, error) { return make([]byte, 431), nil }); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
