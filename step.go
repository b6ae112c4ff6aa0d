package cloudseed

import "sync"

// A StepName says what is being done. Words for people are in internal/words.
type StepName string

const (
	StepLook     StepName = "look"      // a place is looked at before anything is written
	StepRegister StepName = "register"  // the key is registered at the realms
	StepProve    StepName = "prove"     // the PIN is proved by a whole recovery
	StepSeal     StepName = "seal"      // the wallet is sealed
	StepUpload   StepName = "upload"    // the sealed file is put into a place
	StepReadBack StepName = "read back" // it is read back and compared
	StepSearch   StepName = "search"    // a place is searched for backups
	StepAsk      StepName = "ask"       // a realm is asked whether it still has its record
	StepCount    StepName = "count"     // the realms are asked how often the PIN was tried
	StepOpen     StepName = "open"      // the realms are asked with the PIN
	StepVerify   StepName = "verify"    // what was opened is checked
	StepFiles    StepName = "files"     // attached files are opened
	StepRetire   StepName = "retire"    // the record of a replaced PIN is deleted
	StepReceipt  StepName = "receipt"   // a receipt of what was opened is put into a place
	StepCopy     StepName = "copy"      // what another device wrote is copied to a place that lacks it
	StepPrune    StepName = "prune"     // old generations of attached files are removed from a place
	StepSweep    StepName = "sweep"     // what was made under it is removed from a place
)

// A StepState is how far a step has come.
type StepState string

const (
	Started StepState = "started"
	Done    StepState = "done"
	Failed  StepState = "failed"
)

// A Step is one piece of progress. A step that has turned Done has been seen to be done.
type Step struct {
	Name  StepName
	State StepState
	Where string // the place or realm it is about, if any
	Err   error  // why it Failed
}

// during reports a step around do.
func (c *Config) during(name StepName, where string, do func() error) error {
	c.step(Step{Name: name, State: Started, Where: where})
	if err := do(); err != nil {
		c.step(Step{Name: name, State: Failed, Where: where, Err: err})
		return err
	}
	c.step(Step{Name: name, State: Done, Where: where})
	return nil
}

func (c *Config) step(s Step) {
	if c.Step != nil {
		c.Step(s)
	}
}

// inTurn makes Step safe to call from many goroutines: places are worked on side by side,
// and whoever listens is told one thing at a time.
func (c *Config) inTurn() {
	listener := c.Step
	if listener == nil {
		return
	}
	var mu sync.Mutex
	c.Step = func(s Step) {
		mu.Lock()
		defer mu.Unlock()
		listener(s)
	}
}
