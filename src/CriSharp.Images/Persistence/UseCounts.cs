using System.Collections.Immutable;

namespace CriSharp.Images.Persistence;

/// <summary>How many images have a thing. Immutable.</summary>
internal sealed class UseCounts<T>
    where T : notnull
{
    private readonly ImmutableDictionary<T, int> _counts;

    private UseCounts(ImmutableDictionary<T, int> counts) => _counts = counts;

    public static UseCounts<T> None { get; } = new(ImmutableDictionary<T, int>.Empty);

    public bool Has(T thing) => _counts.ContainsKey(thing);

    internal sealed class Change(UseCounts<T> before)
    {
        private readonly ImmutableDictionary<T, int>.Builder _counts = before._counts.ToBuilder();

        /// <param name="things">Of one image; the same may come twice.</param>
        public void Add(IEnumerable<T> things)
        {
            foreach (var thing in things)
            {
                _counts[thing] = _counts.GetValueOrDefault(thing) + 1;
            }
        }

        public void Remove(IEnumerable<T> things)
        {
            foreach (var thing in things)
            {
                if (--_counts[thing] == 0)
                {
                    _counts.Remove(thing);
                }
            }
        }

        public UseCounts<T> ToCounts() => new(_counts.ToImmutable());
    }
}
