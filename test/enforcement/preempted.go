// Writes, renames and removes from many goroutines while others keep every processor busy, so that the scheduler preempts
// by signals all the time: prints "ok", or the first error.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
)

func work(number int) error {
	one, other := fmt.Sprintf("go-%d", number), fmt.Sprintf("go-%d-2", number)
	for i := 0; i < 200; i++ {
		if err := os.WriteFile(one, []byte("x"), 0o644); err != nil {
			return err
		}
		file, err := os.OpenFile(one, os.O_RDWR|os.O_APPEND, 0)
		if err != nil {
			return err
		}
		if err := file.Truncate(0); err != nil {
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
		if err := os.Rename(one, other); err != nil {
			return err
		}
		if err := os.Chmod(other, 0o600); err != nil {
			return err
		}
		if err := os.Remove(other); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	var over atomic.Bool
	for i := 0; i < runtime.NumCPU(); i++ {
		go func() { // no call in it: only a signal stops it
			for n := 0; ; n++ {
				if n&0xfffff == 0 && over.Load() {
					return
				}
			}
		}()
	}
	var group sync.WaitGroup
	failures := make(chan error, 8)
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func(number int) {
			defer group.Done()
			if err := work(number); err != nil {
				failures <- err
			}
		}(i)
	}
	group.Wait()
	over.Store(true)
	select {
	case err := <-failures:
		fmt.Println(err)
	default:
		fmt.Println("ok")
	}
}
