//go:build unix

package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm/realmtest"
)

// A fault is something that goes wrong. strike returns when it is repaired, as far as an
// operator would.
type fault struct {
	name   string
	strike func()
}

// A world is a realm of one or more processes, and what can go wrong in it.
type world struct {
	t      *testing.T
	realms []*daemon
	faults []fault
}

func (w *world) anyone() *daemon { return w.realms[rand.IntN(len(w.realms))] }

// processFaults are those of the realm's own processes.
func (w *world) processFaults() []fault {
	return []fault{
		{"kill -9 of a realm", func() {
			d := w.anyone()
			d.kill()
			time.Sleep(200 * time.Millisecond)
			d.start(w.t)
		}},
		{"a realm stands still", func() {
			d := w.anyone()
			d.cmd.Process.Signal(syscall.SIGSTOP)
			time.Sleep(time.Second)
			d.cmd.Process.Signal(syscall.SIGCONT)
		}},
	}
}

func sqliteWorld(t *testing.T) *world {
	w := &world{t: t, realms: []*daemon{newDaemon(t, juicebox.RealmID{0xaa}, "--pacing", "off")}}
	w.faults = w.processFaults()
	return w
}

// A clustered world has two processes and two database servers, the second of which follows
// the first synchronously. All connections between them go through proxies.
type clustered struct {
	*world
	primary, standby *peer.PostgresServer
	ways             map[*peer.PostgresServer]*realmtest.Proxy
	failovers        int
}

func postgresWorld(t *testing.T) *world {
	primary := peer.Postgres(t)
	c := &clustered{world: &world{t: t}, primary: primary, ways: make(map[*peer.PostgresServer]*realmtest.Proxy)}
	first := realmtest.NewProxy(t, primary.Addr)
	url := primary.URL()
	c.realms = newCluster(t, strings.Replace(url, primary.Addr, first.Addr, 1), 1, "--pacing", "off")
	keys := c.realms[0].keys
	c.realms[0].kill()
	primary.Exec("ALTER SYSTEM SET synchronous_standby_names = '*'")
	c.standby = primary.Standby("second")
	primary.Exec("SELECT pg_reload_conf()")
	second := realmtest.NewProxy(t, c.standby.Addr)
	c.ways[primary], c.ways[c.standby] = first, second
	c.realms = joinCluster(t, strings.Replace(url, primary.Addr, first.Addr+","+second.Addr, 1), keys, 2, "--pacing", "off")
	c.faults = append(c.processFaults(), c.databaseFaults()...)
	return c.world
}

func (c *clustered) databaseFaults() []fault {
	lose := func(text string, half bool) func() {
		return func() {
			for range 3 {
				c.ways[c.primary].Lose(text, half)
				time.Sleep(100 * time.Millisecond)
			}
		}
	}
	freeze := func(server func() *peer.PostgresServer) func() {
		return func() {
			s := server()
			s.Freeze()
			time.Sleep(1500 * time.Millisecond)
			s.Thaw()
		}
	}
	return []fault{
		{"kill -9 of PostgreSQL", func() { c.primary.Kill(); c.primary.Start() }},
		{"lost commit replies", lose("UPDATE 1", false)},
		{"half a commit reply", lose("UPDATE 1", true)},
		{"lost replies of new records", lose("INSERT 0 1", false)},
		{"all connections cut", func() { c.ways[c.primary].Cut() }},
		{"PostgreSQL and its disk stand still", freeze(func() *peer.PostgresServer { return c.primary })},
		{"the standby stands still", freeze(func() *peer.PostgresServer { return c.standby })},
		{"failover to the standby", c.failover},
	}
}

// failover loses the primary for good, and puts a new standby in its place.
func (c *clustered) failover() {
	lost := c.primary
	lost.Kill()
	c.standby.Promote()
	c.primary = c.standby
	c.failovers++
	c.standby = c.primary.Standby(fmt.Sprintf("standby%d", c.failovers))
	c.ways[c.standby] = c.ways[lost]
	c.ways[c.standby].To(c.standby.Addr)
	delete(c.ways, lost)
	lost.Remove()
}
