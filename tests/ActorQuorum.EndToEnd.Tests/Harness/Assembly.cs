// Each class starts real processes that elect within fractions of a second: side by side they would starve each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
