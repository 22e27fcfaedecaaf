// Each class starts real processes that elect within fractions of a second. Mostly they wait, so two classes go side by side; more would starve each other.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
