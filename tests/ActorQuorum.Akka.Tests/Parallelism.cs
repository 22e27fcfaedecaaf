// Real clusters beside each other on a small machine would hold each other's elections up.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
