namespace ConmonSharp;

/// <summary>What has to happen at a certain time, for a loop that waits in between. Few at a time.</summary>
internal sealed class Deadlines
{
    private readonly List<Deadline> _pending = [];

    public Deadline After(TimeSpan time, Action action) => After((int)time.TotalMilliseconds, action);

    public Deadline After(int milliseconds, Action action)
    {
        var deadline = new Deadline(Environment.TickCount64 + milliseconds, action);
        _pending.Add(deadline);
        return deadline;
    }

    public void Cancel(Deadline? deadline)
    {
        if (deadline is not null)
        {
            _pending.Remove(deadline);
        }
    }

    /// <summary>For poll(2): until the next one; -1: there is none.</summary>
    public int MillisecondsToNext()
    {
        if (_pending.Count == 0)
        {
            return -1;
        }

        var next = long.MaxValue;
        for (var i = 0; i < _pending.Count; i++)
        {
            next = Math.Min(next, _pending[i].DueMilliseconds);
        }

        return (int)Math.Clamp(next - Environment.TickCount64, 0, int.MaxValue);
    }

    /// <summary>Does what is due; an action may set new deadlines.</summary>
    public void RunDue()
    {
        var now = Environment.TickCount64;
        for (var i = _pending.Count - 1; i >= 0; i--)
        {
            if (i < _pending.Count && _pending[i].DueMilliseconds <= now)
            {
                var due = _pending[i];
                _pending.RemoveAt(i);
                due.Action();
            }
        }
    }
}

/// <param name="DueMilliseconds">Of <see cref="Environment.TickCount64"/>.</param>
internal sealed record Deadline(long DueMilliseconds, Action Action);
