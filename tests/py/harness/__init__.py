"""The foundation of the tests: throwaway databases that look like Supabase's, and the real API over them."""
