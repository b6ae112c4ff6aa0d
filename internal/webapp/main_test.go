package webapp

import (
	"flag"
	"os"
	"testing"
)

// TestMain lets more journeys go side by side than there are processors, unless it is told how
// many: most of the time they wait, for a page, or for what must be on screen long enough to
// be read.
func TestMain(m *testing.M) {
	told := false
	flag.Parse()
	flag.Visit(func(f *flag.Flag) { told = told || f.Name == "test.parallel" })
	if !told {
		flag.Set("test.parallel", "5")
	}
	os.Exit(m.Run())
}
