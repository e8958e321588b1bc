package store

// Queued is how many jobs wait for a batch.
func (s *Sequencer) Queued() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}
