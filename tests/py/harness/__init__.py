"""What the tests stand on: throwaway databases that look like Supabase's, and the real API over them."""
