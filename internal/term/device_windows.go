package term

import "os"

// device opens the console; nil if there is none.
func device() *Terminal {
	in, err := os.OpenFile("CONIN$", os.O_RDWR, 0)
	if err != nil {
		return nil
	}
	out, err := os.OpenFile("CONOUT$", os.O_WRONLY, 0)
	if err != nil {
		in.Close()
		return nil
	}
	return &Terminal{in: in, out: out}
}
