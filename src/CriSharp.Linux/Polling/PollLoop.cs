using System.Runtime.InteropServices;

namespace CriSharp.Linux.Polling;

/// <summary>
/// The one loop of a single-threaded program: waits for its descriptors by poll(2) and calls who is concerned.
/// Allocates only when a descriptor is added. Handlers may add and remove descriptors, also their own.
/// </summary>
public sealed unsafe class PollLoop
{
    private const int FirstCapacity = 16;

    private PollEntry[] _entries = new PollEntry[FirstCapacity];
    private Watched[] _watched = new Watched[FirstCapacity];
    private int _count;
    private bool _removed;

    /// <param name="descriptor">Must be removed before it is closed.</param>
    /// <param name="events">Besides <see cref="PollEvents.Error"/> and <see cref="PollEvents.HangUp"/>, which always come.</param>
    /// <param name="onReady">Called again and again while the readiness lasts.</param>
    public void Add(SafeHandle descriptor, PollEvents events, Action<PollEvents> onReady)
    {
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, _count * 2);
            Array.Resize(ref _watched, _count * 2);
        }

        _entries[_count] = new PollEntry { Descriptor = (int)descriptor.DangerousGetHandle(), Events = (short)events };
        _watched[_count++] = new Watched(descriptor, onReady);
    }

    /// <summary>Does nothing when it is not there.</summary>
    public void Remove(SafeHandle descriptor)
    {
        for (var i = 0; i < _count; i++)
        {
            if (ReferenceEquals(_watched[i].Descriptor, descriptor))
            {
                // The place stays until the next wait: a round of calls may be under way. poll(2) skips negative numbers.
                _entries[i].Descriptor = -1;
                _watched[i] = default;
                _removed = true;
            }
        }
    }

    /// <summary>Asks no more about it until <see cref="Resume"/>, also not about its hang-up. A round under way may still call its handler.</summary>
    public void Pause(SafeHandle descriptor) => SetNumber(descriptor, ~(int)descriptor.DangerousGetHandle());

    public void Resume(SafeHandle descriptor) => SetNumber(descriptor, (int)descriptor.DangerousGetHandle());

    /// <summary>Waits once, and calls the handlers of what is ready.</summary>
    /// <param name="timeoutMilliseconds">-1: without limit.</param>
    public void Wait(int timeoutMilliseconds)
    {
        Compact();
        int ready;
        var count = _count;
        fixed (PollEntry* entries = _entries)
        {
            ready = Libc.PollNow(entries, (nuint)count, timeoutMilliseconds);
        }

        if (ready < 0)
        {
            var failure = LinuxException.Last("poll");
            if (failure.ErrorNumber == Errno.EINTR)
            {
                return;
            }

            throw failure;
        }

        for (var i = 0; i < count && ready > 0; i++)
        {
            var returned = (PollEvents)_entries[i].ReturnedEvents;
            if (returned != PollEvents.None)
            {
                ready--;
                _watched[i].OnReady?.Invoke(returned);
            }
        }
    }

    private void SetNumber(SafeHandle descriptor, int number)
    {
        for (var i = 0; i < _count; i++)
        {
            if (ReferenceEquals(_watched[i].Descriptor, descriptor))
            {
                _entries[i].Descriptor = number;
            }
        }
    }

    private void Compact()
    {
        if (!_removed)
        {
            return;
        }

        var kept = 0;
        for (var i = 0; i < _count; i++)
        {
            if (_watched[i].Descriptor is not null)
            {
                _entries[kept] = _entries[i];
                _watched[kept++] = _watched[i];
            }
        }

        Array.Clear(_watched, kept, _count - kept);
        (_count, _removed) = (kept, false);
    }

    private readonly record struct Watched(SafeHandle? Descriptor, Action<PollEvents>? OnReady);
}
