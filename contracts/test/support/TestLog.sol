// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title A log's tree by the definitions of RFC 6962 §2.1, which recurse; what is tested walks a path upwards instead
contract TestLog {
    /// @dev Hashes of full subtrees: level, then place.
    bytes32[][] private _full;

    function append(bytes calldata entry) external returns (uint64 index) {
        if (_full.length == 0) _full.push();
        index = uint64(_full[0].length);
        bytes32 hash = sha256(abi.encodePacked(uint8(0), entry));
        for (uint256 level = 0;; ++level) {
            if (_full.length == level) _full.push();
            _full[level].push(hash);
            uint256 count = _full[level].length;
            if (count % 2 == 1) break;
            hash = _node(_full[level][count - 2], hash);
        }
    }

    function size() external view returns (uint64) {
        return _full.length == 0 ? 0 : uint64(_full[0].length);
    }

    /// @dev MTH(D[n]), RFC 6962 §2.1.
    function root(uint64 total) external view returns (bytes32) {
        return _hash(0, total);
    }

    /// @dev PATH(m, D[n]), RFC 6962 §2.1.1.
    function path(uint64 index, uint64 total) external view returns (bytes32[] memory hashes) {
        require(index < total);
        hashes = new bytes32[](_length(index, total));
        uint256 start = 0;
        uint256 end = total;
        for (uint256 i = hashes.length; i > 0; --i) {
            uint256 split = start + _half(end - start);
            if (index < split) {
                hashes[i - 1] = _hash(split, end);
                end = split;
            } else {
                hashes[i - 1] = _hash(start, split);
                start = split;
            }
        }
    }

    function _length(uint256 index, uint256 total) private pure returns (uint256) {
        if (total == 1) return 0;
        uint256 half = _half(total);
        return 1 + (index < half ? _length(index, half) : _length(index - half, total - half));
    }

    /// @dev Of the leaves from start to end, which is a range that the definition comes to.
    function _hash(uint256 start, uint256 end) private view returns (bytes32) {
        uint256 count = end - start;
        uint256 half = count == 1 ? 0 : _half(count);
        if (count == 1 || count == 2 * half) {
            uint256 level = 0;
            while (1 << level < count) ++level;
            return _full[level][start >> level];
        }
        return _node(_hash(start, start + half), _hash(start + half, end));
    }

    /// @dev The largest power of two smaller than n.
    function _half(uint256 n) private pure returns (uint256 k) {
        k = 1;
        while (k * 2 < n) k *= 2;
    }

    function _node(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return sha256(abi.encodePacked(uint8(1), left, right));
    }
}
