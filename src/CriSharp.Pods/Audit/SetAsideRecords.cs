using CriSharp.Storage.Content;

namespace CriSharp.Pods.Audit;

/// <summary>Records that can't be used. They are kept for people, with the reason; what there is of a pod or container without a record is left alone.</summary>
public sealed class SetAsideRecords(BrokenRecords broken) : ILeftoverFinder
{
    public string Kind => "broken record";

    public IEnumerable<Finding> Find() => broken.List()
        .Select(record => new Finding(Kind, record.Path, $"the record of {record.Noun} {record.Id} can't be used: {record.Reason}; once all is dealt with, delete it")
        {
            Removal = Removal.Never,
            Since = record.Since,
        });

    public Task RemoveAsync(Finding finding, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"{finding.Subject} is kept for people");
}
